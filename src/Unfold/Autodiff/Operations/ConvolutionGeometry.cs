using Unfold.Kernels.Convolution;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

/// <summary>From shapes and options to a convolution's validated numbers, and to errors that name the axis.</summary>
internal readonly ref struct ConvolutionGeometry(
    string who, ReadOnlySpan<int> stride, Padding? padding, ReadOnlySpan<int> dilation, int groups, bool flip, ReadOnlySpan<int> outputPadding = default)
{
    private static readonly string[] Axes = ["T", "H, W", "D, H, W"];

    private readonly ReadOnlySpan<int> _stride = stride;
    private readonly ReadOnlySpan<int> _dilation = dilation;
    private readonly ReadOnlySpan<int> _outputPadding = outputPadding;
    private readonly Padding _padding = padding ?? Padding.None;

    /// <summary>x and weight as documentation writes them: <c>[N, C, H, W]</c> for two axes.</summary>
    public static string Letters(int axes) => Axes[Math.Clamp(axes, 1, 3) - 1];

    /// <summary>Of a convolution of x [N, C, …] with a weight [O, C / groups, …].</summary>
    public ConvolutionSize Of(Shape x, Shape weight, out Shape y)
    {
        int axes = CheckRank(x, weight, "[O, C / groups, …]", "O", out int outputs, out int perGroup);
        CheckChannels(x, perGroup * groups, axes);
        Span<int> sizes = stackalloc int[axes + 2];
        (sizes[0], sizes[1]) = (x[0], outputs);
        Span<ConvolutionAxis> numbers = [ConvolutionAxis.One, ConvolutionAxis.One, ConvolutionAxis.One];
        for (int axis = 0; axis < axes; axis++)
        {
            int input = x[axis + 2], kernel = weight[axis + 2], step = At(_stride, axis, 1), gap = At(_dilation, axis, 1);
            int extent = checked((gap * (kernel - 1)) + 1);
            var (before, after) = _padding.Of(axis, axis == axes - 1, input, extent, step);
            int room = checked(input + before + after);
            if (extent > room)
            {
                throw new ArgumentException($"{who} has a kernel of {kernel}{(gap > 1 ? $", dilated to {extent}," : "")} on axis {axis + 2} of x {x}, which with "
                    + $"padding {_padding} is only {room} long there.");
            }

            sizes[axis + 2] = ((room - extent) / step) + 1;
            numbers[3 - axes + axis] = new ConvolutionAxis(input, sizes[axis + 2], kernel, step, gap, before);
        }

        y = new Shape(sizes);
        return new ConvolutionSize(x[0], x[1], outputs, groups, numbers[0], numbers[1], numbers[2], flip);
    }

    /// <summary>Of a transposed convolution of x [N, C, …] with a weight [C, O / groups, …]: the numbers of the convolution from its y to its x.</summary>
    public ConvolutionSize OfTransposed(Shape x, Shape weight, out Shape y)
    {
        int axes = CheckRank(x, weight, "[C, O / groups, …]", "C", out int inputs, out int perGroup);
        CheckChannels(x, inputs, axes);
        if (_padding.IsCausal)
            throw new ArgumentException($"{who} expects Padding.None, Same, SameLower or Explicit, which say what is cut off its result; Causal has no meaning there.");
        Span<int> sizes = stackalloc int[axes + 2];
        (sizes[0], sizes[1]) = (x[0], perGroup * groups);
        Span<ConvolutionAxis> numbers = [ConvolutionAxis.One, ConvolutionAxis.One, ConvolutionAxis.One];
        for (int axis = 0; axis < axes; axis++)
        {
            int input = x[axis + 2], kernel = weight[axis + 2], step = At(_stride, axis, 1), gap = At(_dilation, axis, 1);
            int more = At(_outputPadding, axis, 0), extent = checked((gap * (kernel - 1)) + 1);
            var (before, after) = _padding.OfTransposed(axis, extent, step, more);
            int output = checked(((input - 1) * step) + extent + more - before - after);
            if (output < 1 || input < 1)
            {
                throw new ArgumentException($"{who} makes of axis {axis + 2} of x {x} a result of {extent + more + ((input - 1) * step)}, from which padding {_padding} leaves "
                    + $"nothing.");
            }

            sizes[axis + 2] = output;
            numbers[3 - axes + axis] = new ConvolutionAxis(output, input, kernel, step, gap, before);
        }

        y = new Shape(sizes);
        return new ConvolutionSize(x[0], sizes[1], inputs, groups, numbers[0], numbers[1], numbers[2], flip);
    }

    /// <summary>A bias [O], or none.</summary>
    public void CheckBias(Tensor bias, int outputs)
    {
        if (bias.HasValue && bias.Shape != new Shape(outputs))
            throw new ArgumentException($"{who} expects bias [O={outputs}], but got {bias.Shape}.");
    }

    /// <summary>Refuses lists that do not fit <paramref name="axes"/>, numbers out of range, and groups that do not divide the channels.</summary>
    public void CheckOptions(int axes, int first, string name)
    {
        CheckList("stride", _stride, axes, 1);
        CheckList("dilation", _dilation, axes, 1);
        CheckList("output padding", _outputPadding, axes, 0);
        if (_padding.Axes != 1 && _padding.Axes != axes)
            throw new ArgumentException($"{who} expects padding for {axes} axes, or one number for all, but got {_padding}.");
        if (groups < 1 || first % groups != 0)
            throw new ArgumentException($"{who} expects groups that divide its channels, but got {groups} groups and {name} = {first}.");
    }

    private static int At(ReadOnlySpan<int> list, int axis, int otherwise) => list.Length switch
    {
        0 => otherwise,
        1 => list[0],
        _ => list[axis],
    };

    private void CheckList(string what, ReadOnlySpan<int> list, int axes, int least)
    {
        if (list.Length > 1 && list.Length != axes)
            throw new ArgumentException($"{who} expects a {what} for each of {axes} axes, or one number for all, but got {list.Length} numbers.");
        foreach (int number in list)
        {
            if (number < least)
                throw new ArgumentException($"{who} expects a {what} of {least} or more, but got {number}.");
        }
    }

    private int CheckRank(Shape x, Shape weight, string form, string first, out int outer, out int perGroup)
    {
        if (weight.Rank is < 3 or > 5)
            throw new ArgumentException($"{who} expects weight {form} with one to three axes of a kernel, but got {weight}.");
        int axes = weight.Rank - 2;
        if (x.Rank != weight.Rank)
            throw new ArgumentException($"{who} expects x [N, C, {Letters(axes)}], but got {x}, which has {x.Rank} axes.");
        (outer, perGroup) = (weight[0], weight[1]);
        for (int axis = 0; axis < weight.Rank; axis++)
        {
            if (weight[axis] < 1)
                throw new ArgumentException($"{who} expects weight {form} without an empty axis, but got {weight}.");
        }

        CheckOptions(axes, outer, first);
        return axes;
    }

    private void CheckChannels(Shape x, int channels, int axes)
    {
        if (x[1] != channels)
        {
            throw new ArgumentException($"{who} expects x [N, C={channels}, {Letters(axes)}], but got {x}.\n  Axis 1 is {x[1]}; C, the input channels{(groups > 1 ? " of all groups" : "")}, is "
                + $"{channels}.");
        }
    }
}
