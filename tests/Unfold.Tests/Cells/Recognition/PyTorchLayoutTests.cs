using System.Text.Json;
using Unfold.Cells;
using Unfold.Cells.Graph;
using Unfold.Cells.Recognition;
using Unfold.Cells.Reference;
using Unfold.Testing;

namespace Unfold.Tests.Cells.Recognition;

public sealed class PyTorchLayoutTests
{
    private const int C = 3, H = 4, N = 2, T = 5;

    /// <summary>Cells that are PyTorch's in other words, each with PyTorch's name for it.</summary>
    public static TheoryData<string, string> Cells { get; } = new()
    {
        { "h' = tanh(W x + U h + b)", "RNN" },
        { "h' = tanh(b + W [x, h] + c)", "RNN" },
        { "h' = relu(W [h, x] + b)", "RELU" },
        { Cell.Named("lstm").Text, "LSTM" },
        { "f = sigmoid(Wf [h, x] + bf)\ni = sigmoid(Wi x + Ui h + bi + ci)\ng = tanh(bg - Wg x - Ug h)\no = sigmoid(Wo x + Uo h + bo)\nc' = (1 - f) * c + i * g\nh' = o * tanh(c')", "LSTM" },
        { Cell.Named("gru_reset_after").Text, "GRU" },
        { Cell.Named("gru_reset_after_chung").Text, "GRU" },
        { "z = sigmoid(Wz [h, x] + bz)\nr = sigmoid(Wr x + Ur h + br)\nn = tanh(W x + b + (1 - r) * (c - U h))\nh' = n + (1 - z) * (h - n)", "GRU" },
    };

    [Theory]
    [MemberData(nameof(Cells))]
    public void Imported_weights_give_what_PyTorchs_equations_give(string text, string kind)
    {
        CellGraph graph = Cell.Parse(text).Graph;
        PyTorchLayout layout = Layout(graph);
        Dictionary<string, (int[] Shape, float[] Values)> tensors = Draw(layout, graph);
        Dictionary<string, float[]> parameters = layout.Import(name => tensors[name]);
        double[] x = [.. Enumerable.Range(0, T * N * C).Select(i => Math.Sin(i))];

        double[] ours = new Interpreter<double>(graph, Sizes(graph), parameters.ToDictionary(p => p.Key, p => Array.ConvertAll(p.Value, v => (double)v)))
            .Forward(x, T, N).Output;
        double[] theirs = PyTorchEquations.Run(kind, tensors.ToDictionary(t => t.Key, t => t.Value.Values), x, T, N, C, H);

        // The two biases are added in float here and in double there: 2^-24 of values near 1, through five steps.
        Assert.All(ours.Zip(theirs), pair => Assert.Equal(pair.Second, pair.First, 1e-6));
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public void Exported_and_imported_again_the_parameters_are_equal_to_the_bit(string text, string kind)
    {
        Assert.NotEmpty(kind);
        CellGraph graph = Cell.Parse(text).Graph;
        PyTorchLayout layout = Layout(graph);
        var random = new Random(4);
        var parameters = graph.Parameters.ToDictionary(
            p => p.Name, p => Enumerable.Range(0, NodeFunctions<float>.Length(p.Node, Sizes(graph))).Select(_ => random.NextSingle() - 0.5f).ToArray());

        var tensors = layout.Export(name => parameters[name]).ToDictionary(t => t.Name, t => (t.Shape, t.Values));
        Dictionary<string, float[]> again = layout.Import(name => tensors[name]);

        bool twoBiases = CellRecognition.Recognize(graph)!.Gates.Any(g => g is { Name: not "n", InputBias: not null, RecurrentBias: not null });
        foreach ((string name, float[] values) in parameters.Where(p => !twoBiases || p.Key.StartsWith('W') || p.Key.StartsWith('U')))
            Assert.Equal(values, again[name]);
        Assert.Equal(
            layout.Export(name => again[name]).SelectMany(t => t.Values),
            layout.Export(name => layout.Import(n => tensors[n])[name]).SelectMany(t => t.Values));
    }

    [Fact]
    public void Names_shapes_and_the_order_of_rows_are_PyTorchs()
    {
        CellGraph graph = Cell.Named("lstm").Graph;
        var layout = new PyTorchLayout(graph, CellRecognition.Recognize(graph)!, graph.SizesFor(1, 1), "l2_reverse");
        var tensors = layout.Export(name => new float[] { name switch { "Wi" => 1, "Wf" => 2, "Wg" => 3, "Wo" => 4, "bi" => 5, "Uo" => 6, _ => 0 } });
        Assert.Equal(["weight_ih_l2_reverse", "weight_hh_l2_reverse", "bias_ih_l2_reverse", "bias_hh_l2_reverse"], tensors.Select(t => t.Name));
        Assert.Equal([1, 2, 3, 4], tensors[0].Values);
        Assert.Equal([0, 0, 0, 6], tensors[1].Values);
        Assert.Equal([5, 0, 0, 0], tensors[2].Values);
        Assert.Equal([0, 0, 0, 0], tensors[3].Values);
        Assert.Equal([4, 1], tensors[0].Shape);

        graph = Cell.Named("gru_reset_after").Graph;
        layout = new PyTorchLayout(graph, CellRecognition.Recognize(graph)!, graph.SizesFor(1, 1));
        tensors = layout.Export(name => new float[] { name switch { "br" => 1, "bz" => 2, "bn" => 3, "cn" => 4, _ => 0 } });
        Assert.Equal([1, 2, 3], tensors[2].Values);
        Assert.Equal([0, 0, 4], tensors[3].Values);
    }

    [Fact]
    public void A_projected_lstm_has_its_own_matrix_and_state_size()
    {
        CellGraph graph = Cell.Named("lstmp").Graph with { Sizes = new Dictionary<string, int>(StringComparer.Ordinal) { ["m"] = 2 } };
        PyTorchLayout layout = Layout(graph);
        var shapes = layout.Export(name => new float[100]).ToDictionary(t => t.Name, t => t.Shape);
        Assert.Equal([16, 3], shapes["weight_ih_l0"]);
        Assert.Equal([16, 2], shapes["weight_hh_l0"]);
        Assert.Equal([16], shapes["bias_ih_l0"]);
        Assert.Equal([2, 4], shapes["weight_hr_l0"]);
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        CellGraph graph = Cell.Parse("h' = tanh(W x + U h)").Graph;
        PyTorchLayout layout = Layout(graph);
        Dictionary<string, (int[] Shape, float[] Values)> tensors = Draw(layout, graph);
        Assert.Contains("bias_ih_l0 has a bias for gate h", Refused(), StringComparison.Ordinal);
        tensors["bias_ih_l0"].Values.AsSpan().Clear();
        tensors.Remove("bias_hh_l0");
        Assert.Equal(tensors["weight_ih_l0"].Values, layout.Import(Tensor)["W"]);
        tensors["weight_ih_l0"] = ([4, 7], new float[28]);
        Assert.Equal("weight_ih_l0 is [4, 7], but the cell needs [4, 3].", Refused());
        tensors.Remove("weight_ih_l0");
        Assert.Equal("weight_ih_l0 is missing.", Refused());
        Assert.Throws<ArgumentException>(() => Layout(Cell.Named("gru").Graph));

        (int[] Shape, float[] Values)? Tensor(string name) => tensors.TryGetValue(name, out (int[] Shape, float[] Values) tensor) ? tensor : null;

        string Refused() => Assert.Throws<InvalidDataException>(() => layout.Import(Tensor)).Message;
    }

    [DataFact("pytorch-golden")]
    public void An_lstm_that_PyTorch_ran()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(DataSet.Path("pytorch-golden/lstm_2_3.json")));
        CellGraph graph = Cell.Named("lstm").Graph;
        IReadOnlyDictionary<string, int> sizes = graph.SizesFor(2, 3);
        var layout = new PyTorchLayout(graph, CellRecognition.Recognize(graph)!, sizes);
        Dictionary<string, float[]> parameters = layout.Import(name =>
        {
            float[] values = Numbers(file.RootElement.GetProperty(name));
            return name.StartsWith("bias", StringComparison.Ordinal) ? ([12], values) : ([12, values.Length / 12], values);
        });
        Run<float> run = new Interpreter<float>(graph, sizes, parameters).Forward(Numbers(file.RootElement.GetProperty("input")), 7, 1);

        // The file has four decimals.
        Assert.All(run.Output[^3..].Zip(Numbers(file.RootElement.GetProperty("expected_h_n"))), v => Assert.Equal(v.Second, v.First, 5.1e-5f));
        int c = graph.States.ToList().FindIndex(s => s.Name == "c");
        Assert.All(run.States[c][^3..].Zip(Numbers(file.RootElement.GetProperty("expected_c_n"))), v => Assert.Equal(v.Second, v.First, 5.1e-5f));

        static float[] Numbers(JsonElement element) =>
            element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray().SelectMany(Numbers)] : [element.GetSingle()];
    }

    private static PyTorchLayout Layout(CellGraph graph) => new(graph, CellRecognition.Recognize(graph)!, Sizes(graph));

    private static IReadOnlyDictionary<string, int> Sizes(CellGraph graph) => graph.SizesFor(C, H);

    private static Dictionary<string, (int[] Shape, float[] Values)> Draw(PyTorchLayout layout, CellGraph graph)
    {
        var random = new Random(3);
        return layout.Export(name => new float[NodeFunctions<float>.Length(graph.Parameters.First(p => p.Name == name).Node, Sizes(graph))])
            .ToDictionary(t => t.Name, t => (t.Shape, t.Values.Select(_ => random.NextSingle() - 0.5f).ToArray()));
    }
}
