using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Onnx.Tests.Runtime;
using Unfold.Tensors;

namespace Unfold.Onnx.Tests.Export;

/// <summary>Pairs of both directions, and layers without recurrence, give in ONNX Runtime what they give here.</summary>
public sealed class BidirectionalTests
{
    [RuntimeTheory]
    [InlineData("lstm", "lstm", DirectionMerge.Concatenate)]
    [InlineData("gru", "gru", DirectionMerge.Sum)]
    [InlineData("peephole", "peephole", DirectionMerge.Average)]
    [InlineData("mgu", "mgu", DirectionMerge.Concatenate)]
    [InlineData("lstm", "ugrnn", DirectionMerge.Average)]
    public void APairGivesTheSameNumbers(string forward, string backward, DirectionMerge merge)
    {
        using TemporaryFile file = new();
        ParameterSet set = new();
        Bidirectional pair = new(new Recurrent(set, "f", Cell.Named(forward), 5, 4), new Recurrent(set, "b", Cell.Named(backward), 5, 4), merge);
        Filling.Allocate(set, 2);
        OnnxExport.Save(pair, file.Path);
        int[] lengths = [3, 8, 1];
        Tensor x = Filling.Tensor(4, 8, 3, 5), y = pair.Forward(Tape.ForInference(), x, lengths);
        OnnxRuntime.Run(file.Path, ("x", Value.Of([8, 3, 5], x.Values)), ("lengths", Value.Of(lengths)))["y"].AssertNear("y", [8, 3, pair.OutputSize], y.Values);
    }

    [RuntimeTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void ATemporalConvolutionalNetworkGivesTheSameNumbers(bool hasLengths)
    {
        using TemporaryFile file = new();
        ParameterSet set = new();
        TemporalConvolutionalNetwork network = new(set, "tcn", 3, 5, levels: 3, kernel: 3);
        Filling.Allocate(set, 2);
        OnnxExport.Save(network, file.Path, new OnnxExportOptions { Lengths = hasLengths });
        int[] lengths = hasLengths ? [20, 4, 11] : [20, 20, 20];
        Tensor x = Filling.Tensor(4, 20, 3, 3);
        (Tensor y, _) = network.Forward(Tape.ForInference(), x, lengths);
        List<(string, Value)> inputs = [("x", Value.Of([20, 3, 3], x.Values))];
        if (hasLengths)
            inputs.Add(("lengths", Value.Of(lengths)));
        OnnxRuntime.Run(file.Path, inputs)["y"].AssertNear("y", [20, 3, 5], y.Values);
    }
}
