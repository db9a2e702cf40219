namespace Unfold.Tensors;

/// <summary>How many zeros a convolution puts before and behind each spatial axis of its input.</summary>
/// <remarks>
/// With k the kernel's length, d its dilation, s the stride and T the input's length on an axis, its extent is <c>e = d (k - 1) + 1</c> and the output's length
/// <c>(T + before + after - e) / s + 1</c>, rounded down.
/// </remarks>
public sealed class Padding
{
    private readonly Kind _kind;
    private readonly int[] _before;
    private readonly int[] _after;

    private Padding(Kind kind, int[]? before = null, int[]? after = null) => (_kind, _before, _after) = (kind, before ?? [], after ?? []);

    private enum Kind
    {
        Explicit,
        Same,
        SameLower,
        Causal,
    }

    /// <summary>No zeros: every output sees input only.</summary>
    public static Padding None { get; } = new(Kind.Explicit, [0], [0]);

    /// <summary>
    /// So many zeros that the output's length is <c>T / s</c>, rounded up: <c>max(0, (T / s - 1) s + e - T)</c> of them, of which behind the input there is one more where
    /// they are odd. With stride 1 as PyTorch's <c>padding='same'</c>, else as ONNX's <c>SAME_UPPER</c>.
    /// </summary>
    public static Padding Same { get; } = new(Kind.Same);

    /// <summary>As <see cref="Same"/>, but the odd zero comes before the input: ONNX's <c>SAME_LOWER</c>.</summary>
    public static Padding SameLower { get; } = new(Kind.SameLower);

    /// <summary><c>d (k - 1)</c> zeros before the last axis, which is time, and none elsewhere: no output depends on a later input.</summary>
    public static Padding Causal { get; } = new(Kind.Causal);

    /// <summary>Given numbers of zeros, the same before and behind.</summary>
    /// <param name="both">For each spatial axis, or one number for all of them; zero or more.</param>
    /// <exception cref="ArgumentException">A number is negative, or there is none.</exception>
    public static Padding Explicit(params ReadOnlySpan<int> both) => Explicit(both, both);

    /// <summary>Given numbers of zeros.</summary>
    /// <param name="before">For each spatial axis, or one number for all of them; zero or more.</param>
    /// <param name="after">The same behind the input.</param>
    /// <exception cref="ArgumentException">A number is negative, there is none, or one list is longer than the other.</exception>
    public static Padding Explicit(ReadOnlySpan<int> before, ReadOnlySpan<int> after)
    {
        if (before.Length != after.Length || before.IsEmpty)
            throw new ArgumentException($"Padding expects as many numbers before as after, one or more, but got {before.Length} and {after.Length}.");
        for (int axis = 0; axis < before.Length; axis++)
        {
            if (before[axis] < 0 || after[axis] < 0)
                throw new ArgumentException($"Padding expects numbers of zero or more, but got {before[axis]} before and {after[axis]} after.");
        }

        return new Padding(Kind.Explicit, before.ToArray(), after.ToArray());
    }

    /// <summary>As it is written: <c>same</c>, or the numbers before and behind.</summary>
    public override string ToString() => _kind switch
    {
        Kind.Same => "same",
        Kind.SameLower => "same, lower",
        Kind.Causal => "causal",
        _ => _before.AsSpan().SequenceEqual(_after) ? string.Join('x', _before) : $"{string.Join('x', _before)} and {string.Join('x', _after)}",
    };

    /// <summary>The axes for which numbers are given; 1 counts for any.</summary>
    internal int Axes => Math.Max(_before.Length, 1);

    /// <summary>Whether it is <see cref="Causal"/>.</summary>
    internal bool IsCausal => _kind == Kind.Causal;

    /// <summary>Whether there is no padding at all.</summary>
    internal bool IsNone => _kind == Kind.Explicit && _before.AsSpan().IndexOfAnyExcept(0) < 0 && _after.AsSpan().IndexOfAnyExcept(0) < 0;

    /// <summary>Zeros on one axis of a convolution.</summary>
    internal (int Before, int After) Of(int axis, bool isLast, int input, int extent, int stride)
    {
        int output = (int)(((long)input + stride - 1) / stride);
        return _kind switch
        {
            Kind.Causal => (isLast ? extent - 1 : 0, 0),
            Kind.Explicit => Given(axis),
            _ => Halves(Math.Max(0, ((output - 1) * stride) + extent - input)),
        };
    }

    /// <summary>What is cut off one axis of a transposed convolution's result, whose length is <c>(T - 1) s + e + outputPadding</c> before.</summary>
    internal (int Before, int After) OfTransposed(int axis, int extent, int stride, int outputPadding) =>
        _kind == Kind.Explicit ? Given(axis) : Halves(Math.Max(0, extent - stride + outputPadding));

    private (int Before, int After) Given(int axis) => _before.Length == 1 ? (_before[0], _after[0]) : (_before[axis], _after[axis]);

    private (int Before, int After) Halves(int total) => _kind == Kind.SameLower ? (total - (total / 2), total / 2) : (total / 2, total - (total / 2));
}
