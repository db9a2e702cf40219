using Unfold.Tensors;

namespace Unfold.Onnx;

/// <summary>What goes into an <see cref="OnnxNetwork"/> and comes out: real numbers, or whole ones such as tokens and lengths (truth values too, as 0 and 1).</summary>
public sealed class OnnxTensor
{
    private readonly Tensor _real;
    private readonly long[]? _whole;

    /// <summary>Real numbers.</summary>
    /// <param name="values">The numbers; none has more than six axes.</param>
    public OnnxTensor(Tensor values)
    {
        _real = values;
        Sizes = new int[values.Shape.Rank];
        values.Shape.CopyTo(Sizes);
    }

    /// <summary>Whole numbers.</summary>
    /// <param name="shape">The sizes of the axes; none for one number.</param>
    /// <param name="values">The numbers, the last axis fastest.</param>
    /// <exception cref="ArgumentException">There are not as many numbers as the shape says.</exception>
    public OnnxTensor(IReadOnlyList<int> shape, IReadOnlyList<long> values)
    {
        ArgumentNullException.ThrowIfNull(shape);
        ArgumentNullException.ThrowIfNull(values);
        if (new Shape([.. shape]).Length != values.Count)
            throw new ArgumentException($"A tensor of shape [{string.Join(", ", shape)}] expects {new Shape([.. shape]).Length} numbers, but got {values.Count}.");
        (Sizes, _whole) = ([.. shape], [.. values]);
    }

    internal OnnxTensor(int[] shape, float[] values)
        : this(Tensor.From(values, new Shape(shape)))
    {
    }

    internal OnnxTensor(int[] shape, long[] values) => (Sizes, _whole) = (shape, values);

    /// <summary>The sizes of its axes, the slowest first; none for one number.</summary>
    public IReadOnlyList<int> Shape => Sizes;

    /// <summary>Whether it holds whole numbers.</summary>
    public bool IsWhole => _whole is not null;

    /// <summary>Its real numbers.</summary>
    /// <exception cref="FormatException">It holds whole ones.</exception>
    public Tensor Real => _whole is null ? _real : throw new FormatException("whole numbers stand where real ones are needed");

    /// <summary>Its whole numbers, the last axis fastest.</summary>
    /// <exception cref="FormatException">It holds real ones.</exception>
    public IReadOnlyList<long> Whole => Integers;

    /// <summary>The same without a copy.</summary>
    internal long[] Integers => _whole ?? throw new FormatException("real numbers stand where whole ones are needed");

    /// <summary>How many numbers there are.</summary>
    internal int Length => _whole?.Length ?? _real.Shape.Length;

    /// <summary>The sizes as an array.</summary>
    internal int[] Sizes { get; }

    /// <summary>The same numbers in another shape.</summary>
    internal OnnxTensor As(int[] shape) => _whole is null ? new(_real.Reshape(new Shape(shape)))
        : new Shape(shape).Length == _whole.Length ? new(shape, _whole) : throw new FormatException($"{_whole.Length} numbers do not fit the shape [{string.Join(", ", shape)}]");
}
