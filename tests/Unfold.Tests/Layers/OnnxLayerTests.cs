using System.Globalization;
using Unfold.Testing;
using Unfold.Tests.Onnx;

namespace Unfold.Tests.Layers;

/// <summary>
/// Every conformance test of ONNX whose operators are layers here: each gives ONNX's numbers, or stands with its reason in
/// <see cref="NotCovered"/>.
/// </summary>
public sealed class OnnxLayerTests
{
    /// <summary>The tests that are not run, and why.</summary>
    private static readonly Dictionary<string, string> NotCovered = new(StringComparer.Ordinal)
    {
        ["node/test_flatten_axis3"] = "joins axes of the batch's side: a layer keeps axis 0 and flattens the others",
        ["node/test_flatten_negative_axis1"] = "the same",
    };

    public static TheoryData<string> Tests => [.. Found.Except(NotCovered.Keys)];

    private static IEnumerable<string> Found => OnnxTestCase.Names(OnnxLayers.Tested);

    [DataTheory(OnnxTestCase.DataSet)]
    [MemberData(nameof(Tests))]
    public void TheNumbersAreOnnxs(string name) => OnnxTestCase.Load(name).Verify(OnnxLayers.Operators, firstOutputAlone: OnnxLayers.FirstOutputAlone);

    [DataFact(OnnxTestCase.DataSet)]
    public void EveryFileOfTheDataSetIsRead()
    {
        foreach (string[] columns in File.ReadLines(Path.Combine(DataSet.Path(OnnxTestCase.DataSet), "INDEX.tsv")).Skip(1).Select(line => line.Split('\t')))
        {
            OnnxTestCase test = OnnxTestCase.Load($"{columns[0]}/{columns[1]}");
            Assert.Equal(columns[3], test.Model.Opset.ToString(CultureInfo.InvariantCulture));
            Assert.NotEmpty(test.Model.Nodes);
            Assert.Equal(Types(columns[5]), test.Inputs.Select(Type));
            Assert.Equal(Types(columns[6]), test.Outputs.Select(Type));
        }
    }

    [DataFact(OnnxTestCase.DataSet)]
    public void EveryTestThatIsNotRunExistsAndHasAReason()
    {
        Assert.Empty(NotCovered.Keys.Except(Found));
        Assert.DoesNotContain(NotCovered.Values, string.IsNullOrWhiteSpace);
    }

    private static string[] Types(string column) => column.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string Type(OnnxTensor tensor) => $"{tensor.Type.ToString().ToLowerInvariant()}[{string.Join(',', tensor.Shape)}]";
}
