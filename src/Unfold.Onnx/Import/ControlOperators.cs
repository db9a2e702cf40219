namespace Unfold.Onnx.Import;

/// <summary>Operators that run a body again and again: Scan and Loop.</summary>
internal static class ControlOperators
{
    public static Dictionary<string, Operator> All { get; } = new(StringComparer.Ordinal) { ["Loop"] = Loop, ["Scan"] = Scan };

    private static OnnxTensor[] Scan(OperatorCall call)
    {
        if (call.Node.Scanned?.Run(call) is OnnxTensor[] found)
            return found;
        ImportedGraph body = call.Node.Body!;
        if (call.Opset < 9)
            throw new FormatException("a Scan of version 8, which has an axis of sequences, is not supported");
        int scanned = (int)Math.Clamp(call.Node.Integer("num_scan_inputs", 0), 0, int.MaxValue), states = call.Count - scanned;
        if (scanned < 1 || states < 0 || body.Inputs.Count != call.Count || body.Outputs.Count < states)
            throw new FormatException($"it has {call.Count} operands, {scanned} of them sequences, but its body takes {body.Inputs.Count} and gives {body.Outputs.Count}");
        int made = body.Outputs.Count - states;
        int[] axes = Numbers(call, "scan_input_axes", scanned), from = Numbers(call, "scan_input_directions", scanned);
        int[] to = Numbers(call, "scan_output_axes", made), into = Numbers(call, "scan_output_directions", made);
        if (to.Any(axis => axis != 0))
            throw new FormatException("only outputs whose sequence is the first axis are supported");
        OnnxTensor[] sequences = [.. Enumerable.Range(states, scanned).Select(i => call[i])];
        int[] places = [.. sequences.Select((sequence, i) => OperatorCall.Axis(axes[i], sequence.Sizes.Length))];
        int steps = sequences[0].Sizes[places[0]];
        if (sequences.Where((sequence, i) => sequence.Sizes[places[i]] != steps).Any())
            throw new FormatException("its sequences are not equally long");

        OnnxTensor[] values = [.. Enumerable.Range(0, states).Select(i => call[i])];
        List<OnnxTensor>[] collected = [.. Enumerable.Range(0, made).Select(_ => new List<OnnxTensor>())];
        for (int t = 0; t < steps; t++)
        {
            IEnumerable<OnnxTensor> slices = sequences.Select((sequence, i) => Step(call, sequence, places[i], from[i] == 0 ? t : steps - 1 - t));
            OnnxTensor[] outputs = call.Run.Body(body, [.. values, .. slices]);
            values = outputs[..states];
            for (int i = 0; i < made; i++)
                collected[i].Add(outputs[states + i]);
        }

        if (steps == 0)
            throw new FormatException("its sequences have no step");
        return [.. values, .. collected.Select((all, i) => Stacked(call, into[i] == 0 ? all : [.. Enumerable.Reverse(all)]))];
    }

    private static OnnxTensor[] Loop(OperatorCall call)
    {
        ImportedGraph body = call.Node.Body!;
        long trips = call.Optional(0) is OnnxTensor count ? Single(count) : long.MaxValue;
        bool goesOn = call.Optional(1) is not OnnxTensor condition || Single(condition) != 0;
        int states = call.Count - 2;
        if (states < 0 || body.Inputs.Count != states + 2 || body.Outputs.Count < states + 1)
            throw new FormatException($"it has {call.Count} operands, but its body takes {body.Inputs.Count} and gives {body.Outputs.Count}");
        OnnxTensor[] values = [.. Enumerable.Range(2, states).Select(i => call[i])];
        List<OnnxTensor>[] collected = [.. Enumerable.Range(0, body.Outputs.Count - states - 1).Select(_ => new List<OnnxTensor>())];
        for (long i = 0; i < trips && goesOn; i++)
        {
            OnnxTensor[] outputs = call.Run.Body(body, [new OnnxTensor([], [i]), new OnnxTensor([], [goesOn ? 1 : 0]), .. values]);
            goesOn = Single(outputs[0]) != 0;
            values = outputs[1..(states + 1)];
            for (int k = 0; k < collected.Length; k++)
                collected[k].Add(outputs[states + 1 + k]);
        }

        if (collected.Any(all => all.Count == 0))
            throw new FormatException("it goes round no time, so that the shape of what it collects is not known");
        return [.. values, .. collected.Select(all => Stacked(call, all))];
    }

    private static int[] Numbers(OperatorCall call, string name, int count) =>
        call.Node.Integers(name) is not int[] given ? new int[count] : given.Length == count ? given : throw new FormatException($"{name} should be {count} numbers, but is {given.Length}");

    private static long Single(OnnxTensor value) => value.Length == 1 ? value.Integers[0] : throw new FormatException("one number is needed where there are several");

    private static OnnxTensor Step(OperatorCall call, OnnxTensor sequence, int axis, int step)
    {
        int[] shape = sequence.Sizes, rest = [.. shape.Where((_, a) => a != axis)];
        if (axis == 0 && !sequence.IsWhole)
            return new OnnxTensor(sequence.Real.Slice(step, 1)).As(rest);
        int[] steps = ShapeOperators.Steps(shape);
        return call.Take(sequence, rest, Broadcasting.Walk(rest, [.. steps.Where((_, a) => a != axis)], Broadcasting.Length(rest), step * steps[axis]));
    }

    private static OnnxTensor Stacked(OperatorCall call, List<OnnxTensor> steps)
    {
        int[] shape = [steps.Count, .. steps[0].Sizes];
        if (steps.Any(step => !step.Sizes.AsSpan().SequenceEqual(steps[0].Sizes) || step.IsWhole != steps[0].IsWhole))
            throw new FormatException("the steps of what it gives have different shapes");
        return PartOperators.Joined(call, steps).As(shape);
    }
}
