using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Onnx.Protocol;
using Unfold.Onnx.Tests.Runtime;
using Unfold.Tensors;

namespace Unfold.Onnx.Tests.Export;

/// <summary>Every cell of the library gives in ONNX Runtime what it gives here.</summary>
public sealed class CellTests
{
    /// <summary>Cells that are operators of ONNX; all others become a Scan.</summary>
    private static readonly Dictionary<string, string> Operators = new(StringComparer.Ordinal)
    {
        ["coupled"] = "LSTM",
        ["gru"] = "GRU",
        ["gru_chung"] = "GRU",
        ["gru_reset_after"] = "GRU",
        ["gru_reset_after_chung"] = "GRU",
        ["irnn"] = "RNN",
        ["lstm"] = "LSTM",
        ["lstm_chrono"] = "LSTM",
        ["peephole"] = "LSTM",
        ["rnn"] = "RNN",
        ["rnn_relu"] = "RNN",
    };

    public static TheoryData<string> Cells => [.. Cell.Names];

    [RuntimeTheory]
    [MemberData(nameof(Cells))]
    public void ACellGivesTheSameNumbers(string name)
    {
        using TemporaryFile file = new();
        Recurrent layer = Build(Cell.Named(name), layers: 1);
        OnnxExport.Save(layer, file.Path);
        Assert.Equal(Operators.GetValueOrDefault(name, "Scan"), Assert.Single(Recurrence(file.Path)));
        Compare(layer, file.Path, steps: 1, [1]);
        Compare(layer, file.Path, steps: 7, [7, 7, 7]);
        Compare(layer, file.Path, steps: 9, [4, 9, 1, 6]);
    }

    [RuntimeTheory]
    [InlineData("lstm", false)]
    [InlineData("mgu", true)]
    [InlineData("scrn", false)]
    public void AStackGivesTheSameNumbers(string name, bool skips)
    {
        using TemporaryFile file = new();
        ParameterSet set = new();
        Recurrent layer = new(set, "rnn", Cell.Named(name), 5, 6, layers: 3, skipConnections: skips);
        Filling.Allocate(set, 3);
        OnnxExport.Save(layer, file.Path);
        Compare(layer, file.Path, steps: 6, [6, 2, 5]);
    }

    [RuntimeFact]
    public void ALearnedBeginningIsPartOfTheModel()
    {
        using TemporaryFile file = new();
        Recurrent layer = Build(Cell.Parse("init h = learned\nh' = tanh(W x + U h + b)", "own"), layers: 1);
        OnnxExport.Save(layer, file.Path, new OnnxExportOptions { States = false, Lengths = false });
        Tensor x = Filling.Tensor(5, 4, 2, 6);
        (Tensor y, _) = layer.Forward(Tape.ForInference(), x);
        OnnxRuntime.Run(file.Path, ("x", Value.Of([4, 2, 6], x.Values)))["y"].AssertNear("y", [4, 2, 6], y.Values);
    }

    [Fact]
    public void TheSameLayerGivesTheSameBytes()
    {
        using TemporaryFile one = new(), other = new();
        foreach (string name in new[] { "lstm", "lstm_layer_norm" })
        {
            Recurrent layer = Build(Cell.Named(name), layers: 2);
            OnnxExport.Save(layer, one.Path);
            OnnxExport.Save(layer, other.Path);
            Assert.Equal(File.ReadAllBytes(one.Path), File.ReadAllBytes(other.Path));
        }
    }

    private static Recurrent Build(Cell cell, int layers)
    {
        ParameterSet set = new();
        Recurrent layer = new(set, "rnn", cell, 6, 6, layers);
        Filling.Allocate(set, 1);
        return layer;
    }

    private static IEnumerable<string> Recurrence(string path) =>
        ModelProto.Parser.ParseFrom(File.ReadAllBytes(path)).Graph.Node.Select(node => node.OpType).Where(type => type is "RNN" or "LSTM" or "GRU" or "Scan");

    private static void Compare(Recurrent layer, string path, int steps, int[] lengths)
    {
        int batch = lengths.Length;
        Tensor x = Filling.Tensor(7, steps, batch, layer.InputSize);
        RecurrentState state = layer.InitialState(batch);
        List<(string, Value)> inputs = [("x", Value.Of([steps, batch, layer.InputSize], x.Values)), ("lengths", Value.Of(lengths))];
        List<string> names = [.. layer.Layers.SelectMany(one => one.Graph.States.Select(s => $"{one.Name}.{s.Name}"))];
        for (int i = 0; i < names.Count; i++)
        {
            Filling.Numbers(state.Tensors[i].Shape.Length, 11 + i).CopyTo(state.Tensors[i].Span);
            inputs.Add(("initial." + names[i], Value.Of([batch, state.Tensors[i].Shape.Last], state.Tensors[i].Values)));
        }

        (Tensor y, RecurrentState final) = layer.Forward(Tape.ForInference(), x, lengths, state);
        IReadOnlyDictionary<string, Value> found = OnnxRuntime.Run(path, inputs);
        Assert.Equal(["y", .. names.Select(name => "final." + name)], found.Keys);
        found["y"].AssertNear("y", [steps, batch, layer.OutputSize], y.Values);
        for (int i = 0; i < names.Count; i++)
            found["final." + names[i]].AssertNear(names[i], [batch, final.Tensors[i].Shape.Last], final.Tensors[i].Values);
    }
}
