namespace Unfold.Layers;

/// <summary>How far the windows of a convolution or a pooling reach beyond its input: a rule, or numbers for each axis.</summary>
public sealed class Padding
{
    private readonly int[] _before;
    private readonly int[] _after;
    private readonly string _name;

    private Padding(string name, int[] before, int[] after) => (_name, _before, _after) = (name, before, after);

    /// <summary>No padding: every window lies in the input, and the output is shorter by a window less one.</summary>
    public static Padding None { get; } = new("none", [], []);

    /// <summary>
    /// As much as makes <c>ceil(length / stride)</c> outputs, half of it before and half behind; where it is odd, one more behind, as TensorFlow, PyTorch and
    /// ONNX's SAME_UPPER do.
    /// </summary>
    public static Padding Same { get; } = new("same", [], []);

    /// <summary>A window's whole reach before the input and nothing behind: output t depends on inputs up to <c>t * stride</c> alone.</summary>
    public static Padding Causal { get; } = new("causal", [], []);

    /// <summary>Given numbers.</summary>
    /// <param name="before">Elements before the input on each axis, as many as there are axes.</param>
    /// <param name="after">Elements behind it; none for the same as before.</param>
    /// <exception cref="ArgumentException">A number is negative, or there are not as many behind as before.</exception>
    public static Padding Explicit(ReadOnlySpan<int> before, ReadOnlySpan<int> after = default)
    {
        ReadOnlySpan<int> behind = after.IsEmpty ? before : after;
        if (before.IsEmpty || before.Length != behind.Length || before.ContainsAnyExceptInRange(0, int.MaxValue) || behind.ContainsAnyExceptInRange(0, int.MaxValue))
        {
            throw new ArgumentException($"Padding.Explicit expects numbers of 0 or more, as many before as after, but got {List(before)} before and "
                + $"{List(behind)} after.");
        }

        return new Padding($"{List(before)} to {List(behind)}", before.ToArray(), behind.ToArray());
    }

    /// <summary>The rule's name, or the numbers.</summary>
    public override string ToString() => _name;

    /// <summary>The number of axes that explicit numbers are for; 0 for a rule, which is for any.</summary>
    internal int Axes => _before.Length;

    /// <summary>The elements before and behind one axis of the input.</summary>
    /// <param name="axis">The axis, counted from the first spatial one.</param>
    /// <param name="length">Its length.</param>
    /// <param name="extent">Elements from a window's first to its last, both counted.</param>
    /// <param name="stride">Elements from one window to the next.</param>
    internal (int Before, int After) On(int axis, int length, int extent, int stride)
    {
        if (Axes > 0)
            return (_before[axis], _after[axis]);
        if (this == Causal)
            return (extent - 1, 0);
        int total = this == Same ? Math.Max(0, ((length + stride - 1) / stride - 1) * stride + extent - length) : 0;
        return (total / 2, total - total / 2);
    }

    private static string List(ReadOnlySpan<int> numbers) => $"[{string.Join(", ", numbers.ToArray())}]";
}
