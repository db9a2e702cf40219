using Unfold.Onnx.Protocol;
using Unfold.Testing;

namespace Unfold.Onnx.Tests.Import;

/// <summary>A model with recorded inputs and outputs, in the form of ONNX's own conformance tests.</summary>
internal static class RecordedTest
{
    /// <summary>Runs a model of a folder on its recorded inputs and compares every output.</summary>
    /// <param name="folder">The folder below the data folder.</param>
    public static void Verify(string folder)
    {
        string path = DataSet.Path(folder);
        OnnxNetwork network = OnnxNetwork.Load(Path.Combine(path, "model.onnx"));
        OnnxTensor[] inputs = Tensors(path, "input"), outputs = Tensors(path, "output");
        Assert.Equal(network.Inputs.Count, inputs.Length);
        IReadOnlyDictionary<string, OnnxTensor> found = network.Run(network.Inputs.Zip(inputs).ToDictionary(pair => pair.First, pair => pair.Second));
        Assert.Equal(network.Outputs.Count, outputs.Length);
        foreach ((string name, OnnxTensor expected) in network.Outputs.Zip(outputs))
            AssertNear(name, expected, found[name], 1e-5, 1e-6);
    }

    /// <summary>Asserts equal shapes and near numbers.</summary>
    public static void AssertNear(string name, OnnxTensor expected, OnnxTensor actual, double relative, double absolute)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.IsWhole, actual.IsWhole);
        if (expected.IsWhole)
        {
            Assert.Equal(expected.Whole, actual.Whole);
            return;
        }

        ReadOnlySpan<float> e = expected.Real.Values, a = actual.Real.Values;
        for (int i = 0; i < e.Length; i++)
        {
            if (!(Math.Abs(e[i] - a[i]) <= absolute + (relative * Math.Abs(e[i]))) && !e[i].Equals(a[i]))
                Assert.Fail($"Element {i} of '{name}' is {a[i]} but should be {e[i]}.");
        }
    }

    private static OnnxTensor[] Tensors(string folder, string kind) =>
        [.. Enumerable.Range(0, int.MaxValue).Select(i => Path.Combine(folder, "test_data_set_0", $"{kind}_{i}.pb")).TakeWhile(File.Exists)
            .Select(path => TensorReader.Read(TensorProto.Parser.ParseFrom(File.ReadAllBytes(path)), null))];
}
