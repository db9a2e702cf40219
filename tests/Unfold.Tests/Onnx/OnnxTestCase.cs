using Unfold.Testing;

namespace Unfold.Tests.Onnx;

/// <summary>How an operator is computed: its outputs from its inputs, null where one was left out. Outputs that it does not have may be left off the end.</summary>
internal delegate OnnxTensor[] OnnxOperator(OnnxNode node, OnnxTensor?[] inputs, int opset);

/// <summary>A conformance test of ONNX: a model, its inputs, and the outputs it must give. See SOURCE.md of the data set.</summary>
internal sealed record OnnxTestCase(OnnxModel Model, IReadOnlyList<OnnxTensor> Inputs, IReadOnlyList<OnnxTensor> Outputs)
{
    /// <summary>The data set's folder, for a <see cref="DataTheoryAttribute"/>.</summary>
    public const string DataSet = "onnx-node-tests";

    /// <summary>The names, as <c>node/test_maxpool_2d_ceil</c>, of all tests in which one of some operators occurs; none where the data is absent.</summary>
    public static IEnumerable<string> Names(params IEnumerable<string> operators)
    {
        string index = Path.Combine(Testing.DataSet.Path(DataSet), "INDEX.tsv");
        if (!File.Exists(index))
            return [];
        HashSet<string> wanted = [.. operators];
        return [.. from line in File.ReadLines(index).Skip(1)
                   let columns = line.Split('\t')
                   where columns[4].Split(';').Any(node => wanted.Contains(node.Split('(')[0]))
                   select $"{columns[0]}/{columns[1]}"];
    }

    /// <summary>Reads a test.</summary>
    public static OnnxTestCase Load(string name)
    {
        string folder = Path.Combine(Testing.DataSet.Path(DataSet), name);
        return new OnnxTestCase(
            OnnxReader.Model(File.ReadAllBytes(Path.Combine(folder, "model.onnx"))), Tensors(folder, "input"), Tensors(folder, "output"));
    }

    /// <summary>
    /// Computes the model and compares every output: the shape exactly, an element within an absolute and a relative tolerance together, as ONNX does
    /// (its own tolerances are 1e-7 and 1e-3).
    /// </summary>
    /// <param name="operators">How each operator is computed.</param>
    /// <param name="relative">The relative tolerance.</param>
    /// <param name="absolute">The absolute tolerance, for numbers of about 1 that cancel.</param>
    /// <param name="firstOutputAlone">Operators whose further outputs are not computed, with the reason.</param>
    public void Verify(
        IReadOnlyDictionary<string, OnnxOperator> operators, double relative = 1e-5, double absolute = 1e-6,
        IReadOnlyDictionary<string, string>? firstOutputAlone = null)
    {
        Dictionary<string, OnnxTensor> values = Model.Initializers.ToDictionary(tensor => tensor.Name);
        Assert.Equal(Model.Inputs.Count, Inputs.Count);
        foreach ((string input, OnnxTensor value) in Model.Inputs.Zip(Inputs))
            values.Add(input, value);
        foreach (OnnxNode node in Model.Nodes)
        {
            OnnxTensor[] results = operators[node.Operator](node, [.. node.Inputs.Select(name => name.Length == 0 ? null : values[name])], Model.Opset);
            foreach ((string output, OnnxTensor value) in node.Outputs.Zip(results).Where(pair => pair.First.Length > 0))
                values.Add(output, value);
        }

        Assert.Equal(Model.Outputs.Count, Outputs.Count);
        string[] missing = [.. Model.Nodes.Where(node => firstOutputAlone?.ContainsKey(node.Operator) == true).SelectMany(node => node.Outputs.Skip(1))];
        foreach ((string output, OnnxTensor expected) in Model.Outputs.Zip(Outputs).Where(pair => !missing.Contains(pair.First)))
        {
            Assert.True(values.TryGetValue(output, out OnnxTensor? actual), $"The output '{output}' was not computed.");
            AssertNear(output, expected, actual, relative, absolute);
        }
    }

    private static OnnxTensor[] Tensors(string folder, string kind)
    {
        string set = Path.Combine(folder, "test_data_set_0");
        return [.. Enumerable.Range(0, int.MaxValue).Select(i => Path.Combine(set, $"{kind}_{i}.pb")).TakeWhile(File.Exists)
            .Select(path => OnnxReader.Tensor(File.ReadAllBytes(path)))];
    }

    private static void AssertNear(string name, OnnxTensor expected, OnnxTensor actual, double relative, double absolute)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        for (int i = 0; i < expected.Values.Length; i++)
        {
            double e = expected.Values[i], a = actual.Values[i];
            if (!(Math.Abs(e - a) <= absolute + relative * Math.Abs(e)) && !e.Equals(a))
                Assert.Fail($"Element {i} of '{name}' is {a} but should be {e}.");
        }
    }
}
