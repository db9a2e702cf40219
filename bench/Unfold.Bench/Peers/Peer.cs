using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Unfold.Bench.Reporting;
using Unfold.Measurement;

namespace Unfold.Bench.Peers;

/// <summary>Another system in a process of its own, which answers requests to time a layer. The protocol is in bench/peers/README.md.</summary>
internal sealed class Peer : IDisposable
{
    private static readonly (string Key, string Name)[] Known = [("onednn", "oneDNN"), ("ort", "ONNX Runtime"), ("pytorch", "PyTorch")];

    private readonly string _key;
    private Process? _process;

    private Peer(string key, string name)
    {
        _key = key;
        Name = name;
        Start();
    }

    public string Name { get; }

    /// <summary>Empty where the peer is absent.</summary>
    public string Version { get; private set; } = "";

    /// <summary>Why there is no such peer here; null where there is.</summary>
    public string? Absent { get; private set; }

    /// <summary>Starts peers by their keys.</summary>
    public static IReadOnlyList<Peer> StartAll(IReadOnlyCollection<string> keys)
    {
        foreach (string key in keys.Where(key => Known.All(known => known.Key != key)))
            throw new ArgumentException($"no peer '{key}'; there are {string.Join(", ", Known.Select(known => known.Key))}");
        return [.. Known.Where(known => keys.Contains(known.Key)).Select(known => new Peer(known.Key, known.Name))];
    }

    /// <summary>What a head line says of this peer: "oneDNN 2.6.3", or that it is absent and why.</summary>
    public override string ToString() => Absent is null ? $"{Name} {Version}" : $"{Name}: absent ({Absent})";

    /// <summary>Times a recurrent layer. Null where the peer is absent or does not have that layer.</summary>
    public PeerTime? Measure(string cell, string pass, LayerSize size, int threads, double seconds) =>
        Measure(string.Create(CultureInfo.InvariantCulture, $"{cell} {pass} {size.T} {size.N} {size.C} {size.H} {threads} {seconds}"));

    /// <summary>Times what a line of the protocol asks for. Null where the peer is absent or does not have that.</summary>
    public PeerTime? Measure(string request)
    {
        if (Absent is not null)
            return null;
        if (_process!.HasExited)
            Start();
        _process.StandardInput.WriteLine(request);
        _process.StandardInput.Flush();
        if (_process.StandardOutput.ReadLine() is not string line)
            return null;
        using JsonDocument answer = JsonDocument.Parse(line);
        JsonElement fields = answer.RootElement;
        if (!fields.TryGetProperty("median", out JsonElement median))
            return null;
        double? loss = fields.TryGetProperty("loss", out JsonElement value) ? value.GetDouble() : null;
        return new PeerTime(new Timing(median.GetDouble(), fields.GetProperty("min").GetDouble(), fields.GetProperty("max").GetDouble()), loss);
    }

    public void Dispose()
    {
        if (_process is null)
            return;
        _process.StandardInput.Close();
        if (!_process.WaitForExit(2000))
            _process.Kill();
        _process.Dispose();
    }

    private void Start()
    {
        _process?.Dispose();
        string script = Path.Combine(Results.Root, "bench", "peers", _key + ".sh");
        try
        {
            _process = Process.Start(new ProcessStartInfo("bash", [script])
            {
                UseShellExecute = false,
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            Absent = error.Message;
            return;
        }

        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
        using JsonDocument hello = JsonDocument.Parse(_process.StandardOutput.ReadLine() ?? """{"absent":"it ended as soon as it began"}""");
        if (hello.RootElement.TryGetProperty("absent", out JsonElement reason))
            Absent = reason.GetString();
        else
            Version = hello.RootElement.GetProperty("version").GetString()!;
    }
}

/// <summary>A peer's answer.</summary>
/// <param name="Timing">The time of a run.</param>
/// <param name="Loss">Of a model that learns: the loss of its last step.</param>
internal sealed record PeerTime(Timing Timing, double? Loss);
