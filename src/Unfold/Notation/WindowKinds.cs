using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Notation;

/// <summary>Layers that slide a window over one to three axes: convolutions and pooling, and those that lengthen axes.</summary>
internal static class WindowKinds
{
    private const int MostSize = 1 << 12;
    private const int MostChannels = 1 << 16;

    private static readonly Argument Kernel = new("kernel", ArgumentKind.Sizes, 1, MostSize);
    private static readonly Argument Channels = new("channels", ArgumentKind.Whole, 1, MostChannels);
    private static readonly Argument Stride = new("stride", ArgumentKind.Sizes, 1, MostSize);
    private static readonly Argument Pad = new("pad", ArgumentKind.Sizes, 0, MostSize);
    private static readonly Argument Dilation = new("dilation", ArgumentKind.Sizes, 1, MostSize);
    private static readonly Argument Groups = new("groups", ArgumentKind.Whole, 1, MostChannels);

    /// <summary>The kinds.</summary>
    internal static LayerKind[] All { get; } =
    [
        new(new Signature("conv", [Kernel, Channels], [Stride, Pad, Dilation, Groups], [["same", "causal"], ["no_bias"]]), Convolution),
        new(new Signature("transposed_conv", [Kernel, Channels], [Stride, Pad, new Argument("output_pad", ArgumentKind.Sizes, 0, MostSize), Dilation, Groups], [["no_bias"]]), Transposed),
        new(new Signature("pool", [new Argument("window", ArgumentKind.Sizes, 1, MostSize)], [Stride, Pad], [["max", "average", "sum"], ["same"]]), Pool),
        new(new Signature("adaptive_average", [new Argument("sizes", ArgumentKind.Sizes, 1, MostSize)], [], []), Adaptive),
        new(new Signature("upsample", [new Argument("factor", ArgumentKind.Sizes, 1, 64)], [], [["nearest", "linear"]]), Upsampling),
    ];

    /// <summary>The kind of pooling that an item names.</summary>
    internal static PoolingKind KindOf(NotationItem item, PoolingKind standard) =>
        item.Has("max") ? PoolingKind.Max : item.Has("average") ? PoolingKind.Average : item.Has("sum") ? PoolingKind.Sum : standard;

    private static PlannedLayer? Convolution(LayerDraft draft)
    {
        NotationItem item = draft.Item;
        if (!draft.RequireAxes() || !RequireGroups(draft) || draft.Sizes("kernel") is not int[] kernel || draft.Sizes("stride") is not int[] stride
            || draft.Sizes("dilation") is not int[] dilation || PaddingOf(draft) is not Padding padding
            || Windows(draft, "kernel", kernel, stride, dilation, padding) is not int[] lengths)
        {
            return null;
        }

        int channels = item.Whole("channels"), groups = item.Whole("groups", 1), inputs = draft.Input[0];
        ConvolutionOptions options = new() { Stride = stride, Padding = padding, Dilation = dilation, Groups = groups, Bias = !item.Has("no_bias") };
        Shape output = LayerDraft.ShapeOf(channels, lengths);
        return draft.Plan(output, (long)output.Length * (inputs / groups) * kernel.Aggregate(1, (product, size) => product * size),
            parameters => new Convolution(parameters, draft.Name, inputs, channels, kernel, options));
    }

    private static PlannedLayer? Transposed(LayerDraft draft)
    {
        NotationItem item = draft.Item;
        if (!draft.RequireAxes() || !RequireGroups(draft) || draft.Sizes("kernel") is not int[] kernel || draft.Sizes("stride") is not int[] stride
            || draft.Sizes("dilation") is not int[] dilation || draft.Sizes("pad", 0) is not int[] pad || draft.Sizes("output_pad", 0) is not int[] outputPad)
        {
            return null;
        }

        int[] lengths = draft.Lengths();
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            lengths[axis] = (lengths[axis] - 1) * stride[axis] + dilation[axis] * (kernel[axis] - 1) + 1 + outputPad[axis] - 2 * pad[axis];
            if (lengths[axis] < 1)
            {
                item.Error("pad", $"nothing is left of axis {axis + 1}: a pad of {pad[axis]} cuts off more than there is", "a smaller pad");
                return null;
            }

            if (outputPad[axis] >= Math.Max(stride[axis], dilation[axis]) && outputPad[axis] > 0)
            {
                item.Error("output_pad", $"an output_pad of {outputPad[axis]} with a stride of {stride[axis]}", "less than the stride or the dilation");
                return null;
            }
        }

        int channels = item.Whole("channels"), groups = item.Whole("groups", 1), inputs = draft.Input[0];
        TransposedConvolutionOptions options = new()
        {
            Stride = stride,
            Padding = Padding.Explicit(pad),
            OutputPadding = outputPad,
            Dilation = dilation,
            Groups = groups,
            Bias = !item.Has("no_bias"),
        };
        return draft.Plan(LayerDraft.ShapeOf(channels, lengths), (long)draft.Input.Length * (channels / groups) * kernel.Aggregate(1, (product, size) => product * size),
            parameters => new TransposedConvolution(parameters, draft.Name, inputs, channels, kernel, options));
    }

    private static PlannedLayer? Pool(LayerDraft draft)
    {
        if (!draft.RequireAxes() || draft.Sizes("window") is not int[] window || PaddingOf(draft) is not Padding padding)
            return null;
        int[]? stride = draft.Item.Values.ContainsKey("stride") ? draft.Sizes("stride") : window;
        int[]? pad = draft.Sizes("pad", 0);
        if (stride is null || pad is null)
            return null;
        int wide = Array.FindIndex(pad, size => size > 0 && size >= window[Array.IndexOf(pad, size)]);
        if (wide >= 0)
        {
            draft.Item.Error("pad", $"a pad of {pad[wide]} with a window of {window[wide]}: some windows would lie in the padding alone", "less than the window");
            return null;
        }

        int[] one = Enumerable.Repeat(1, draft.Axes).ToArray();
        return Windows(draft, "window", window, stride, one, padding) is not int[] lengths ? null
            : draft.Plan(LayerDraft.ShapeOf(draft.Input[0], lengths), 0, _ => new Pooling(draft.Name, KindOf(draft.Item, PoolingKind.Max), window, stride, padding));
    }

    private static PlannedLayer? Adaptive(LayerDraft draft) => !draft.RequireAxes() || draft.Sizes("sizes") is not int[] sizes ? null
        : draft.Plan(LayerDraft.ShapeOf(draft.Input[0], sizes), 0, _ => new AdaptiveAveragePooling(draft.Name, sizes));

    private static PlannedLayer? Upsampling(LayerDraft draft) => !draft.RequireAxes() || draft.Sizes("factor") is not int[] factors ? null
        : draft.Plan(LayerDraft.ShapeOf(draft.Input[0], [.. draft.Lengths().Zip(factors, (length, factor) => length * factor)]), 0,
            _ => new Upsample(draft.Name, draft.Item.Has("linear"), factors));

    private static bool RequireGroups(LayerDraft draft)
    {
        int groups = draft.Item.Whole("groups", 1), inputs = draft.Input[0], outputs = draft.Item.Whole("channels");
        if (inputs % groups == 0 && outputs % groups == 0)
            return true;
        draft.Item.Error("groups", $"{groups} groups of {inputs} channels that come in and {outputs} that go out", "a number that divides both",
            groups == outputs || groups == inputs ? $"depth-wise is `groups {inputs}` with {inputs} channels or a multiple" : null);
        return false;
    }

    private static Padding? PaddingOf(LayerDraft draft)
    {
        NotationItem item = draft.Item;
        string? rule = item.Has("same") ? "same" : item.Has("causal") ? "causal" : null;
        if (!item.Values.ContainsKey("pad"))
            return rule switch { "same" => Padding.Same, "causal" => Padding.Causal, _ => Padding.None };
        if (rule is not null)
        {
            item.Error("pad", $"`pad` and `{rule}` exclude each other", $"one of pad, {rule}");
            return null;
        }

        return draft.Sizes("pad", 0) is int[] pad ? Padding.Explicit(pad) : null;
    }

    /// <summary>How many windows there are on each axis; null, after a report, where one does not fit.</summary>
    private static int[]? Windows(LayerDraft draft, string what, int[] window, int[] stride, int[] dilation, Padding padding)
    {
        int[] lengths = draft.Lengths();
        int[] count = new int[lengths.Length];
        for (int axis = 0; axis < lengths.Length; axis++)
        {
            int extent = (window[axis] - 1) * dilation[axis] + 1;
            (int before, int after) = padding.Of(axis, axis == lengths.Length - 1, lengths[axis], extent, stride[axis]);
            int room = lengths[axis] + before + after - extent;
            if (room < 0)
            {
                string reach = dilation[axis] > 1 ? $", which reaches over {extent} with its dilation," : "";
                draft.Item.Error(what, $"a {what} of {string.Join('x', window)}{reach} is larger than what comes in, {LayerDraft.Text(draft.Input)}"
                    + (before + after > 0 ? " and its padding" : ""), $"at most {lengths[axis] + before + after} on axis {axis + 1}",
                    what == "kernel" ? "write `same`, or shrink the image less before" : $"leave it out, or shrink the image less before");
                return null;
            }

            count[axis] = room / stride[axis] + 1;
        }

        return count;
    }
}
