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
        OnnxExport.Save(network, file.Path, new OnnxExportOptions { Lengths = hasLengths, States = false });
        int[] lengths = hasLengths ? [20, 4, 11] : [20, 20, 20];
        Tensor x = Filling.Tensor(4, 20, 3, 3);
        (Tensor y, _) = network.Forward(Tape.ForInference(), x, lengths);
        List<(string, Value)> inputs = [("x", Value.Of([20, 3, 3], x.Values))];
        if (hasLengths)
            inputs.Add(("lengths", Value.Of(lengths)));
        OnnxRuntime.Run(file.Path, inputs)["y"].AssertNear("y", [20, 3, 5], y.Values);
    }

    [RuntimeTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void ATemporalConvolutionalNetworkStreams(bool hasLengths)
    {
        using TemporaryFile file = new();
        ParameterSet set = new();
        TemporalConvolutionalNetwork network = new(set, "tcn", 3, 4, levels: 2, kernel: 3);
        Filling.Allocate(set, 2);
        OnnxExport.Save(network, file.Path, new OnnxExportOptions { Lengths = hasLengths });
        RecurrentState state = network.InitialState(2);
        string[] names = ["tcn.l0.conv1", "tcn.l0.conv2", "tcn.l1.conv1", "tcn.l1.conv2"];
        for (int i = 0; i < names.Length; i++)
            Filling.Numbers(state.Tensors[i].Shape.Length, i).CopyTo(state.Tensors[i].Span);

        // Parts that are shorter and longer than what a convolution looks back.
        foreach (int[] lengths in new int[][] { [1, 1], hasLengths ? [3, 9] : [9, 9], hasLengths ? [2, 1] : [2, 2] })
        {
            int steps = lengths.Max();
            Tensor x = Filling.Tensor(steps, steps, 2, 3);
            List<(string Name, Value Value)> inputs = [("x", Value.Of([steps, 2, 3], x.Values))];
            if (hasLengths)
                inputs.Add(("lengths", Value.Of(lengths)));
            inputs.AddRange(names.Select((name, i) => ("initial." + name, Value.Of(Sizes(state.Tensors[i]), state.Tensors[i].Values))));
            (Tensor y, RecurrentState next) = network.Forward(Tape.ForInference(), x, lengths, state);
            IReadOnlyDictionary<string, Value> found = OnnxRuntime.Run(file.Path, inputs);
            found["y"].AssertNear("y", [steps, 2, 4], y.Values);
            for (int i = 0; i < names.Length; i++)
                found["final." + names[i]].AssertNear(names[i], Sizes(next.Tensors[i]), next.Tensors[i].Values);

            state = next;
        }
    }

    private static int[] Sizes(Tensor tensor)
    {
        int[] sizes = new int[tensor.Shape.Rank];
        tensor.Shape.CopyTo(sizes);
        return sizes;
    }
}
