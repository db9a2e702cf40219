using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Notation;

/// <summary>A layer in the making: what stands in the text, and the shape of what comes in.</summary>
internal sealed class LayerDraft(NotationItem item, Shape input, string name)
{
    /// <summary>What stands in the text.</summary>
    internal NotationItem Item => item;

    /// <summary>The shape of what comes in, <c>[C, …]</c> without the batch.</summary>
    internal Shape Input => input;

    /// <summary>The layer's name.</summary>
    internal string Name => name;

    /// <summary>Axes beside the channels: 2 for images, 0 for a row of features.</summary>
    internal int Axes => input.Rank - 1;

    /// <summary>A plan of a layer that changes no shape and multiplies nothing with weights.</summary>
    internal PlannedLayer Same(Func<ParameterSet, FeedForward> build) => Plan(input, 0, build);

    /// <summary>A plan.</summary>
    internal PlannedLayer Plan(Shape output, long multiplications, Func<ParameterSet, FeedForward> build) => new(name, item.Text, input, output, multiplications, build);

    /// <summary>A shape of the same axes: channels and the lengths of the others.</summary>
    internal static Shape ShapeOf(int channels, int[] lengths) => new([channels, .. lengths]);

    /// <summary>The lengths of the axes beside the channels.</summary>
    internal int[] Lengths()
    {
        int[] lengths = new int[Axes];
        for (int axis = 0; axis < Axes; axis++)
            lengths[axis] = input[axis + 1];
        return lengths;
    }

    /// <summary>The sizes of an argument, one for each axis; null, after a report, where they are of another number of axes.</summary>
    internal int[]? Sizes(string argument, int standard = 1)
    {
        if (item.Values.TryGetValue(argument, out NotationValue value) && value.Numbers.Length > 1 && value.Numbers.Length != Axes)
        {
            item.Error(argument, $"a {argument} of {value.Numbers.Length} axes, and what comes in is {Text(input)}: {Axes} beside the channels",
                Axes == 1 ? "one number" : $"one number for all axes or {Axes}, as in `{string.Join('x', Enumerable.Repeat(value.Numbers[0], Axes))}`");
            return null;
        }

        return item.Sizes(argument, Axes, standard);
    }

    /// <summary>Whether what comes in has axes beside the channels; reported if not.</summary>
    internal bool RequireAxes()
    {
        if (Axes is >= 1 and <= 3)
            return true;
        item.Error(item.Signature.Name, $"`{item.Signature.Name}` slides over axes, but what comes in is {Text(input)}: a row of features",
            "one to three axes beside the channels", "put it before `flatten` or `global`");
        return false;
    }

    /// <summary>Whether what comes in is a row of features; reported if not.</summary>
    internal bool RequireRow()
    {
        if (Axes == 0)
            return true;
        item.Error(item.Signature.Name, $"`{item.Signature.Name}` reads a row of features, but what comes in is {Text(input)}", "a row of features", "write `flatten` or `global average` before it");
        return false;
    }

    /// <summary>A shape as it is written: 32x28x28.</summary>
    internal static string Text(Shape shape) => string.Join('x', Enumerable.Range(0, shape.Rank).Select(axis => shape[axis]));
}
