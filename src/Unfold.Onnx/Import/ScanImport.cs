using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Onnx.Import;

/// <summary>A Scan whose body is a cell, as a layer of that cell.</summary>
internal sealed class ScanImport
{
    private readonly ScanText _text;

    private ScanImport(ScanText text, Recurrent layer) => (_text, Layer) = (text, layer);

    /// <summary>The layer.</summary>
    public Recurrent Layer { get; }

    /// <summary>Makes the layer, where the body is a cell whose parameters have the constants' shapes; null where it is not.</summary>
    /// <param name="set">Where the parameters go.</param>
    /// <param name="node">The operator.</param>
    /// <param name="name">The beginning of the parameters' names.</param>
    /// <param name="constants">The constants that the body sees.</param>
    public static ScanImport? Of(ParameterSet set, ImportedNode node, string name, IReadOnlyDictionary<string, OnnxTensor> constants)
    {
        string[] moved = ["scan_input_axes", "scan_input_directions", "scan_output_axes", "scan_output_directions"];
        if (node.Type != "Scan" || node.Integer("num_scan_inputs", 0) != 1 || moved.Any(attribute => node.Integers(attribute) is int[] given && given.Any(number => number != 0)))
            return null;
        if (ScanText.Of(node.BodyGraph!, constants) is not ScanText text || text.Sizes.Count == 0)
            return null;
        if (text.CountsTime && !(constants.GetValueOrDefault(node.Inputs[0]) is { IsWhole: true, Length: 1 } start && start.Integers[0] == 0))
            return null;
        Cell? cell = Cell.Check(text.Text, "scan.cell").Cell;

        // Tried apart first, so that nothing is added where the shapes differ from the constants'.
        ParameterSet trial = new();
        if (cell is null || (cell.NeedsEqualSizes && text.InputSize != text.Sizes[0]))
            return null;
        Recurrent attempt = new(trial, name, cell, text.InputSize, text.Sizes[0]);
        return Fits(attempt, text) ? new ScanImport(text, new Recurrent(set, name, cell, text.InputSize, text.Sizes[0])) : null;
    }

    /// <summary>Gives the layer its weights, when the set has been allocated.</summary>
    public void Fill()
    {
        RecurrentLayer layer = Layer.Layers[0];
        for (int p = 0; p < layer.Parameters.Count; p++)
        {
            (_, OnnxTensor value, bool turned) = _text.Parameters[layer.Graph.Parameters[p].Name];
            ReadOnlySpan<float> from = value.Real.Values;
            Span<float> to = layer.Parameters[p].Value.Span;
            int columns = turned ? value.Sizes[0] : 1;
            for (int i = 0; i < to.Length; i++)
                to[i] = turned ? from[(i % columns * value.Sizes[1]) + (i / columns)] : from[i];
        }
    }

    /// <summary>The constants of the body as the layer has them now, by their names.</summary>
    public IEnumerable<(string Constant, float[] Values)> Weights()
    {
        RecurrentLayer layer = Layer.Layers[0];
        for (int p = 0; p < layer.Parameters.Count; p++)
        {
            (string name, OnnxTensor value, bool turned) = _text.Parameters[layer.Graph.Parameters[p].Name];
            ReadOnlySpan<float> now = layer.Parameters[p].Value.Values;
            yield return (name, turned ? Export.LayerWriter.Turned(now, value.Sizes[1], value.Sizes[0]) : now.ToArray());
        }
    }

    /// <summary>Runs the layer; null where lengths are none that a layer has, and the body must be run as it stands.</summary>
    public OnnxTensor[]? Run(OperatorCall call)
    {
        int first = _text.CountsTime ? 1 : 0;
        Tensor x = call.Real(call.Count - 1);
        if (x.Shape.Rank != 3 || x.Shape[2] != _text.InputSize || x.Shape[0] < 1 || x.Shape[1] < 1)
            return null;
        (int steps, int batch) = (x.Shape[0], x.Shape[1]);
        int[] lengths = [.. Enumerable.Repeat(steps, batch)];
        if (_text.Lengths is string name)
        {
            long[] given = call.Run.Value(name).Integers;
            if (given.Length != batch || given.Any(length => length < 1 || length > steps))
                return null;
            lengths = [.. given.Select(length => (int)length)];
        }

        RecurrentState state = Layer.InitialState(batch);
        int[] places = Places();
        for (int i = 0; i < places.Length; i++)
        {
            Tensor start = call.Real(first + i), target = state.Tensors[places[i]];
            if (start.Shape != target.Shape)
                return null;
            start.Values.CopyTo(target.Span);
        }

        (Tensor y, RecurrentState final) = Layer.Forward(call.Tape, x, lengths, state);
        IEnumerable<OnnxTensor> last = places.Select(place => new OnnxTensor(final.Tensors[place]));
        return [.. first == 1 ? [new OnnxTensor([], [(long)steps])] : Array.Empty<OnnxTensor>(), .. last, new OnnxTensor(y)];
    }

    private static bool Fits(Recurrent layer, ScanText text)
    {
        RecurrentLayer one = layer.Layers[0];
        for (int p = 0; p < one.Parameters.Count; p++)
        {
            if (!text.Parameters.TryGetValue(one.Graph.Parameters[p].Name, out (string Constant, OnnxTensor Value, bool Turned) constant))
                return false;
            int[] shape = constant.Turned ? [constant.Value.Sizes[1], constant.Value.Sizes[0]] : constant.Value.Sizes;
            if (one.Parameters[p].Shape != new Shape(shape))
                return false;
        }

        return one.StateCount == text.States.Count && Enumerable.Range(0, one.StateCount).All(s => one.StateShape(s, 1).Last == text.Sizes[text.States.IndexOf(one.Graph.States[s].Name)]);
    }

    /// <summary>Where each of the body's states is among the layer's.</summary>
    private int[] Places() => [.. _text.States.Select(name => Enumerable.Range(0, Layer.Layers[0].StateCount).First(s => Layer.Layers[0].Graph.States[s].Name == name))];
}
