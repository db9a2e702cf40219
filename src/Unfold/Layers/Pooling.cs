using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Kernels.Pooling;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// The largest element, the mean or the sum of each window of a channel: <c>y[n, c, o] = kind over k of x[n, c, o * stride - before + k * dilation]</c> on
/// one, two or three axes.
/// </summary>
/// <remarks>
/// Shapes: x <c>[N, C, ..]</c> with as many further axes as the window has sizes, y <c>[N, C, ..]</c> with
/// <c>(length + before + after - dilation * (window - 1) - 1) / stride + 1</c> on each, rounded down. Padding is never a maximum and adds nothing to a sum. No
/// parameters. Cost: an operation for each element of each window.
/// </remarks>
public sealed class Pooling : FeedForward
{
    private readonly int[] _window, _stride, _dilation;
    private readonly Padding _padding;
    private readonly bool _ceiling, _countPadding;

    /// <summary>Makes the layer.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="kind">What is made of a window.</param>
    /// <param name="window">Elements of a window on each axis, 1 or more: <c>[2, 2]</c>, <c>[1, 2]</c>.</param>
    /// <param name="stride">Elements from one window to the next on each axis, 1 or more; none for the window.</param>
    /// <param name="padding">How far windows reach beyond the input; none by default.</param>
    /// <param name="dilation">Elements from one of a window's elements to the next, 1 or more; none for 1.</param>
    /// <param name="ceiling">Whether the number of outputs is rounded up, so that the last window may reach beyond the padding, but not begin there.</param>
    /// <param name="countPadding">Whether a mean divides by a window's elements in the padding, too: true by default, as PyTorch; Keras and ONNX do not.</param>
    /// <exception cref="ArgumentException">There are not one to three axes, or not as many numbers of each sort, or one is out of range.</exception>
    public Pooling(
        string name, PoolingKind kind, ReadOnlySpan<int> window, ReadOnlySpan<int> stride = default, Padding? padding = null,
        ReadOnlySpan<int> dilation = default, bool ceiling = false, bool countPadding = true)
        : base(name)
    {
        Kind = kind;
        _window = window.ToArray();
        _stride = stride.IsEmpty ? _window : stride.ToArray();
        _dilation = dilation.IsEmpty ? [.. _window.Select(_ => 1)] : dilation.ToArray();
        _padding = padding ?? Padding.None;
        (_ceiling, _countPadding) = (ceiling, countPadding);
        if (_window.Length is < 1 or > 3 || _stride.Length != _window.Length || _dilation.Length != _window.Length
            || (_padding.Axes > 1 && _padding.Axes != _window.Length))
        {
            throw new ArgumentException($"Pooling '{name}' expects a window of one to three sizes and as many strides, dilations and paddings, but got "
                + $"{_window.Length}, {_stride.Length}, {_dilation.Length} and {(_padding.Axes > 1 ? _padding.Axes : _window.Length)}.");
        }

        if (_window.Concat(_stride).Concat(_dilation).Any(number => number < 1))
        {
            throw new ArgumentException($"Pooling '{name}' expects window, stride and dilation of 1 or more, but got {Text(_window)}, {Text(_stride)} and "
                + $"{Text(_dilation)}.");
        }
    }

    /// <summary>What is made of a window.</summary>
    public PoolingKind Kind { get; }

    /// <summary>The elements of a window on each axis.</summary>
    public IReadOnlyList<int> Window => _window;

    /// <summary>The elements from one window to the next on each axis.</summary>
    public IReadOnlyList<int> Stride => _stride;

    /// <summary>Pixels from one element of a window to the next, one for each axis.</summary>
    internal IReadOnlyList<int> Dilation => _dilation;

    /// <summary>What lies around the input.</summary>
    internal Padding Padding => _padding;

    /// <summary>Whether a last window may reach over the end, and whether a mean counts padding.</summary>
    internal (bool Ceiling, bool CountPadding) Edges => (_ceiling, _countPadding);

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        int axes = _window.Length;
        if (!Check.IsSpatial(x, axes))
            throw Check.SpatialError($"Pooling '{Name}'", x, axes);
        Span<PoolingAxis> on = [PoolingAxis.One, PoolingAxis.One, PoolingAxis.One];
        Span<int> result = stackalloc int[axes + 2];
        (result[0], result[1]) = (x.Shape[0], x.Shape[1]);
        for (int axis = 0; axis < axes; axis++)
        {
            PoolingAxis line = On(axis, x.Shape);
            on[axis + 3 - axes] = line;
            result[axis + 2] = line.Output;
        }

        return tape.Pooling(x, Kind, new PoolingShape(on[0], on[1], on[2]), _countPadding, new Shape(result));
    }

    /// <inheritdoc/>
    protected override string Describe()
    {
        string stride = _stride.SequenceEqual(_window) ? "" : $", stride {Text(_stride)}";
        string padding = _padding.IsNone ? "" : $", padding {_padding}";
        string dilation = _dilation.All(d => d == 1) ? "" : $", dilation {Text(_dilation)}";
        return $"Pooling({Kind} {Text(_window)}{stride}{padding}{dilation})";
    }

    private static string Text(int[] numbers) => string.Join('x', numbers);

    private PoolingAxis On(int axis, Shape shape)
    {
        int length = shape[axis + 2], window = _window[axis], stride = _stride[axis], dilation = _dilation[axis];
        int extent = (window - 1) * dilation + 1;
        (int before, int after) = _padding.Of(axis, axis == _window.Length - 1, length, extent, stride);
        int room = length + before + after - extent;
        if (room < 0)
        {
            throw new ArgumentException($"Pooling '{Name}' got {shape}, but axis {axis + 2}, with its padding {length + before + after} long, is shorter than a "
                + $"window, {extent}{(dilation > 1 ? " with its dilation" : "")}.\n  Take a smaller window, or padding.");
        }

        int outputs = (_ceiling ? room + stride - 1 : room) / stride + 1;
        if (_ceiling && (outputs - 1) * stride >= length + before)
            outputs--;
        PoolingAxis result = new(length, outputs, window, stride, dilation, before, after);
        for (int output = 0; output < result.InteriorStart; output++)
            CheckWindow(result, output, axis, shape);
        for (int output = result.InteriorEnd; output < outputs; output++)
            CheckWindow(result, output, axis, shape);
        return result;
    }

    private void CheckWindow(PoolingAxis line, int output, int axis, Shape shape)
    {
        line.Taps(output, out _, out int count);
        if (count == 0)
        {
            throw new ArgumentException($"Pooling '{Name}' got {shape}, but window {output} of axis {axis + 2} lies in the padding alone.\n"
                + $"  Take padding below the window, {line.Extent}.");
        }
    }
}
