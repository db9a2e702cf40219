using System.Text.Json;
using Unfold.Onnx.Import;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Onnx.Tests.Import;

/// <summary>Models made elsewhere give their recorded outputs: ONNX's conformance tests of the operators that are read, and recurrent models of other projects.</summary>
public sealed class ConformanceTests
{
    private const string NodeTests = "onnx-node-tests";

    /// <summary>Operators of the data set that are not read, and why.</summary>
    private static readonly Dictionary<string, string> NotRead = new(StringComparer.Ordinal)
    {
        ["Adagrad"] = "an optimiser, not a part of a network",
        ["Adam"] = "an optimiser, not a part of a network",
        ["Momentum"] = "an optimiser, not a part of a network",
        ["NegativeLogLikelihoodLoss"] = "a loss: Unfold.Losses has it",
        ["SoftmaxCrossEntropyLoss"] = "a loss: Unfold.Losses has it",
        ["Attention"] = "no layer",
        ["RotaryEmbedding"] = "no layer",
        ["LpNormalization"] = "no layer",
        ["LpPool"] = "no layer",
        ["LRN"] = "no layer",
    };

    /// <summary>Tests of operators that are read which are not run, and why.</summary>
    private static readonly Dictionary<string, string> NotRun = new(StringComparer.Ordinal)
    {
        ["node/test_batchnorm_epsilon_training_mode"] = "training_mode: statistics are gathered by the layer BatchNorm, and tested there",
        ["node/test_batchnorm_example_training_mode"] = "the same",
    };

    public static TheoryData<string> Tests => [.. Found().Where(test => test.Operators.All(OperatorTable.All.ContainsKey)).Select(test => test.Name).Except(NotRun.Keys)];

    public static TheoryData<string> Onnx2c => [.. Folders("onnx-lstm-onnx2c")];

    [DataTheory(NodeTests)]
    [MemberData(nameof(Tests))]
    public void ATestOfOnnxPasses(string name) => RecordedTest.Verify($"{NodeTests}/{name}");

    [DataTheory("onnx-lstm-onnx2c")]
    [MemberData(nameof(Onnx2c))]
    public void AModelOfOnnx2cGivesItsOutputs(string name) => RecordedTest.Verify($"onnx-lstm-onnx2c/{name}");

    [DataFact(NodeTests)]
    public void EveryTestIsRunOrListedWithItsReason()
    {
        (string Name, string[] Operators)[] found = [.. Found()];
        Assert.True(found.Length > 200);
        Assert.All(found, test => Assert.All(test.Operators, type => Assert.True(OperatorTable.All.ContainsKey(type) != NotRead.ContainsKey(type), type)));
        Assert.Empty(NotRun.Keys.Except(found.Select(test => test.Name)));
        Assert.Empty(NotRead.Keys.Except(found.SelectMany(test => test.Operators)));
    }

    [DataTheory("onnx-rnn-burn")]
    [InlineData("gru")]
    [InlineData("lstm")]
    [InlineData("lstm_bidirectional")]
    [InlineData("rnn_reverse")]
    public void AModelWithRandomWeightsGivesItsRecordedSums(string name)
    {
        OnnxNetwork network = OnnxNetwork.Load(DataSet.Path($"onnx-rnn-burn/{name}.onnx"));
        using JsonDocument json = JsonDocument.Parse(File.ReadAllText(DataSet.Path($"onnx-rnn-burn/{name}.json")));
        JsonElement recorded = json.RootElement;
        Dictionary<string, OnnxTensor> inputs = network.Inputs.Zip(recorded.GetProperty("inputs_in_call_order").EnumerateObject()).ToDictionary(pair => pair.First, pair => Read(pair.Second.Value));
        IReadOnlyDictionary<string, OnnxTensor> outputs = network.Run(inputs);
        JsonProperty[] shapes = [.. recorded.GetProperty("expected_shapes").EnumerateObject()], sums = [.. recorded.GetProperty("expected_sums").EnumerateObject()];
        Assert.Equal(network.Outputs.Count, shapes.Length);
        for (int i = 0; i < shapes.Length; i++)
        {
            OnnxTensor output = outputs[network.Outputs[i]];
            Assert.Equal(shapes[i].Value.EnumerateArray().Select(size => size.GetInt32()), output.Shape);
            double sum = 0;
            foreach (float value in output.Real.Values)
                sum += value;
            Assert.Equal(sums[i].Value.GetDouble(), sum, recorded.GetProperty("tolerance").GetDouble());
        }

        Assert.NotEmpty(network.Layers);
    }

    private static IEnumerable<(string Name, string[] Operators)> Found()
    {
        string index = DataSet.Path($"{NodeTests}/INDEX.tsv");
        if (!File.Exists(index))
            return [];
        return File.ReadLines(index).Skip(1).Select(line => line.Split('\t')).Select(columns =>
            ($"{columns[0]}/{columns[1]}", columns[4].Split(';').Select(node => node.Split('(')[0]).Distinct().ToArray()));
    }

    private static IEnumerable<string> Folders(string set) => Directory.Exists(DataSet.Path(set)) ? Directory.EnumerateDirectories(DataSet.Path(set)).Select(path => Path.GetFileName(path)!).Order() : [];

    private static OnnxTensor Read(JsonElement json)
    {
        List<int> shape = [];
        List<float> values = [];
        for (JsonElement at = json; at.ValueKind == JsonValueKind.Array; at = at[0])
            shape.Add(at.GetArrayLength());
        Flatten(json);
        return new OnnxTensor(Tensor.From(values.ToArray(), new Shape([.. shape])));

        void Flatten(JsonElement element)
        {
            if (element.ValueKind == JsonValueKind.Array)
                element.EnumerateArray().ToList().ForEach(Flatten);
            else
                values.Add(element.GetSingle());
        }
    }
}
