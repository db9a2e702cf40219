using System.Diagnostics;
using System.Text;
using Unfold.Testing;

namespace Unfold.Cli.Tests;

/// <summary>The real executable, run as a person or a script runs it.</summary>
internal sealed class UnfoldProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(10);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Lock _gate = new();

    private UnfoldProcess(ProcessStartInfo start, string input)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Add(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Add(_error, line.Data);
        _process.Start();
        _process.StandardInput.Write(input);
        _process.StandardInput.Close();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The executable that was built in the same configuration as these tests.</summary>
    public static string Executable { get; } = FindExecutable();

    public int Id => _process.Id;

    public int ExitCode => _process.ExitCode;

    public string Output => Read(_output);

    public string Error => Read(_error);

    /// <summary>Runs the command to its end.</summary>
    public static UnfoldProcess Run(string folder, params string[] arguments) => Feed(folder, "", arguments);

    /// <summary>Runs the command to its end, with a text on its standard input.</summary>
    public static UnfoldProcess Feed(string folder, string input, params string[] arguments)
    {
        UnfoldProcess running = Begin(Executable, folder, input, arguments);
        running.WaitForExit();
        return running;
    }

    /// <summary>Starts the command in a folder.</summary>
    public static UnfoldProcess Start(string folder, params string[] arguments) => Begin(Executable, folder, "", arguments);

    /// <summary>Starts any program, a shell around the command for instance.</summary>
    public static UnfoldProcess Start(string program, string folder, params string[] arguments) => Begin(program, folder, "", arguments);

    private static UnfoldProcess Begin(string program, string folder, string input, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        start.Environment["UNFOLD_THREADS"] = "2";
        start.Environment["NO_COLOR"] = "1";
        start.Environment.Remove("UNFOLD_TRACE");
        return new UnfoldProcess(start, input);
    }

    public void WaitForExit()
    {
        if (!_process.WaitForExit(Limit))
        {
            _process.Kill(entireProcessTree: true);
            Assert.Fail($"still running after {Limit}:\n{Output}\n{Error}");
        }

        _process.WaitForExit();
    }

    /// <summary>Waits until the output says something; fails where the process ends without it.</summary>
    public void WaitForOutput(string text)
    {
        var waited = Stopwatch.StartNew();
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            bool over = _process.HasExited;
            Assert.True(waited.Elapsed < Limit, $"'{text}' did not come:\n{Output}\n{Error}");
            if (over)
            {
                _process.WaitForExit();
                Assert.True(Output.Contains(text, StringComparison.Ordinal), $"ended without '{text}':\n{Output}\n{Error}");
            }

            Thread.Sleep(10);
        }
    }

    /// <summary>Sends a signal, as kill(1) does.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", ["-" + name, _process.Id.ToString()]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static string FindExecutable()
    {
        // …/tests/Unfold.Cli.Tests/bin/Release/net10.0/
        string[] parts = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar);
        string name = OperatingSystem.IsWindows() ? "unfold.exe" : "unfold";
        string path = Repository.At("src", "Unfold.Cli", "bin", parts[^2], parts[^1], name);
        Assert.True(File.Exists(path), $"'{path}' is not there: build src/Unfold.Cli first");
        return path;
    }

    private void Add(StringBuilder builder, string? line)
    {
        if (line is not null)
        {
            lock (_gate)
            {
                builder.Append(line).Append('\n');
            }
        }
    }

    private string Read(StringBuilder builder)
    {
        lock (_gate)
        {
            return builder.ToString();
        }
    }
}
