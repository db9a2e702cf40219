using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Unfold.Testing;

namespace Unfold.Onnx.Tests.Runtime;

/// <summary>A real ONNX Runtime: npm's onnxruntime-node in a process of its own, which runs model after model.</summary>
internal static class OnnxRuntime
{
    private static readonly Lock Running = new();
    private static readonly Lazy<Process> Node = new(Start);

    private static string Folder => Repository.At("tests", "Unfold.Onnx.Tests", "Runtime");

    /// <summary>Why no model can be run here, or null where one can.</summary>
    public static string? MissingReason { get; } = Reason();

    /// <summary>Runs a model; read here again, it must give the same numbers.</summary>
    /// <param name="model">The file.</param>
    /// <param name="inputs">What goes in.</param>
    /// <returns>All outputs by name, in the model's order.</returns>
    public static IReadOnlyDictionary<string, Value> Run(string model, params IEnumerable<(string Name, Value Value)> inputs)
    {
        (string Name, Value Value)[] given = [.. inputs];
        IReadOnlyDictionary<string, Value> outputs = Ask(model, given);
        IReadOnlyDictionary<string, OnnxTensor> again = OnnxNetwork.Load(model).Run(given.ToDictionary(input => input.Name, input => input.Value.Tensor));
        Assert.Equal(outputs.Keys, again.Keys);
        foreach ((string name, Value value) in outputs)
        {
            if (again[name].IsWhole)
                Assert.Equal(value.Integers, again[name].Whole);
            else
                value.AssertNear(name + ", read here again,", [.. again[name].Shape], again[name].Real.Values);
        }

        return outputs;
    }

    private static Dictionary<string, Value> Ask(string model, (string Name, Value Value)[] inputs)
    {
        JsonObject request = new()
        {
            ["model"] = model,
            ["inputs"] = new JsonArray([.. inputs.Select(input => new JsonObject
            {
                ["name"] = input.Name,
                ["type"] = input.Value.Type,
                ["shape"] = new JsonArray([.. input.Value.Shape.Select(size => JsonValue.Create(size))]),
                ["data"] = Convert.ToBase64String(input.Value.Bytes),
            })]),
        };
        string? answer;
        lock (Running)
        {
            Node.Value.StandardInput.WriteLine(request.ToJsonString());
            Node.Value.StandardInput.Flush();
            answer = Node.Value.StandardOutput.ReadLine();
        }

        using JsonDocument document = JsonDocument.Parse(answer ?? throw new InvalidOperationException("node ended: " + Node.Value.StandardError.ReadToEnd()));
        if (document.RootElement.TryGetProperty("error", out JsonElement error))
            Assert.Fail($"ONNX Runtime refuses {Path.GetFileName(model)}: {error.GetString()}");
        return document.RootElement.GetProperty("outputs").EnumerateArray().ToDictionary(
            output => output.GetProperty("name").GetString()!,
            output => new Value(
                output.GetProperty("type").GetString()!, [.. output.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())],
                output.GetProperty("data").GetBytesFromBase64()));
    }

    private static Process Start()
    {
        ProcessStartInfo start = new("node", [Path.Combine(Folder, "run.js")])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Process process = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => process.StandardInput.Close();
        return process;
    }

    private static string? Reason()
    {
        if (!Directory.Exists(Path.Combine(Folder, "node_modules", "onnxruntime-node")))
            return "needs npm's onnxruntime-node: run `npm install --ignore-scripts` in tests/Unfold.Onnx.Tests/Runtime";
        string name = OperatingSystem.IsWindows() ? "node.exe" : "node";
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, name)))
            ? null
            : "needs node, which is not on the path";
    }
}
