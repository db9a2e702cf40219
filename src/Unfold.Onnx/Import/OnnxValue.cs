namespace Unfold.Onnx.Import;

/// <summary>A tensor outside a tape: real numbers, or whole ones (which truth values are too, as 0 and 1).</summary>
internal sealed class OnnxValue
{
    private readonly float[]? _real;
    private readonly long[]? _whole;

    public OnnxValue(int[] shape, float[] values) => (Shape, _real) = (shape, values);

    public OnnxValue(int[] shape, long[] values) => (Shape, _whole) = (shape, values);

    /// <summary>The sizes of its axes; none for one number.</summary>
    public int[] Shape { get; }

    /// <summary>Whether it holds whole numbers.</summary>
    public bool IsWhole => _whole is not null;

    /// <summary>Its elements, the last axis fastest.</summary>
    /// <exception cref="FormatException">They are whole.</exception>
    public float[] Real => _real ?? throw new FormatException("whole numbers stand where real ones are needed");

    /// <summary>Its elements, the last axis fastest.</summary>
    /// <exception cref="FormatException">They are real.</exception>
    public long[] Whole => _whole ?? throw new FormatException("real numbers stand where whole ones are needed");
}
