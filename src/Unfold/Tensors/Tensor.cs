using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Unfold.Tensors;

/// <summary>
/// An array of float32 numbers with up to six axes, the last contiguous. A small handle: copying it copies no numbers, and there
/// is nothing to dispose. A tensor made by <see cref="Zeros"/>, <see cref="From(ReadOnlySpan{float}, Shape)"/> or <see cref="Copy"/> lasts as long as
/// somebody holds it; one made by an operation on a tape lives in the tape's arena until the tape is reset, and using it
/// afterwards is an error.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public readonly struct Tensor
{
    private readonly TensorSlot? _slot;
    private readonly int _generation;
    private readonly int _offset;
    private readonly Shape _shape;

    internal Tensor(TensorSlot slot, int offset, Shape shape)
    {
        _slot = slot;
        _generation = slot.Generation;
        _offset = offset;
        _shape = shape;
    }

    /// <summary>False for <c>default(Tensor)</c>, which stands for no tensor.</summary>
    public bool HasValue => _slot is not null;

    /// <summary>The sizes of the axes.</summary>
    /// <exception cref="InvalidOperationException">This is <c>default(Tensor)</c>.</exception>
    public Shape Shape => _slot is null ? throw NoValue() : _shape;

    /// <summary>The elements in order, the last axis fastest. The span is good for as long as the tensor is.</summary>
    /// <exception cref="InvalidOperationException">The tensor's tape was reset, or this is <c>default(Tensor)</c>.</exception>
    public ReadOnlySpan<float> Values => Span;

    /// <summary>The one element of a tensor that has one, such as a loss.</summary>
    /// <exception cref="InvalidOperationException">The tensor has no element or several.</exception>
    public float Scalar
    {
        get
        {
            ReadOnlySpan<float> values = Values;
            return values.Length == 1
                ? values[0]
                : throw new InvalidOperationException($"Scalar reads a tensor of one element, but this one has the shape {_shape}. "
                    + "Use Values, or an index for each axis.");
        }
    }

    /// <summary>The elements, writable.</summary>
    internal Span<float> Span => Live().Storage!.Span.Slice(_slot!.Offset + _offset, _shape.Length);

    /// <summary>The first element, 64-byte aligned unless this is a view. Keep the tensor reachable while the pointer is in use.</summary>
    internal unsafe float* Pointer => ((HostStorage)Live().Storage!).Pointer + _slot!.Offset + _offset;

    /// <summary>What the handles to the same memory share, after checking that the memory is still this tensor's.</summary>
    internal TensorSlot Slot => Live();

    /// <summary>This view's first element, counted from the beginning of the slot.</summary>
    internal int OffsetInSlot => _offset;

    /// <summary>Whether this handle sees every element of its slot.</summary>
    internal bool IsWhole => _offset == 0 && _shape.Length == Live().Length;

    /// <summary>One element.</summary>
    /// <param name="indices">An index for each axis, slowest first; none negative.</param>
    /// <exception cref="ArgumentException">The number of indices is not the rank.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An index is outside its axis.</exception>
    public float this[params ReadOnlySpan<int> indices]
    {
        get
        {
            Shape shape = Shape;
            if (indices.Length != shape.Rank)
                throw new ArgumentException($"A tensor of shape {shape} takes {shape.Rank} indices, but {indices.Length} were given.");
            int position = 0;
            for (int axis = 0; axis < indices.Length; axis++)
            {
                if ((uint)indices[axis] >= (uint)shape[axis])
                {
                    throw new ArgumentOutOfRangeException(nameof(indices),
                        $"Axis {axis} of a tensor of shape {shape} takes 0 to {shape[axis] - 1}, but {indices[axis]} was given.");
                }

                position = position * shape[axis] + indices[axis];
            }

            return Values[position];
        }
    }

    /// <summary>A persistent tensor of zeros.</summary>
    public static Tensor Zeros(Shape shape) => Persistent(new HostStorage(shape.Length), shape);

    /// <summary>A persistent tensor with a copy of the given elements, the last axis fastest.</summary>
    /// <exception cref="ArgumentException">The number of elements is not the shape's.</exception>
    public static Tensor From(ReadOnlySpan<float> values, Shape shape)
    {
        if (values.Length != shape.Length)
            throw new ArgumentException($"A tensor of shape {shape} holds {shape.Length} elements, but {values.Length} were given.");
        HostStorage storage = new(values.Length, zeroed: false);
        values.CopyTo(storage.Span);
        return Persistent(storage, shape);
    }

    /// <summary>A persistent tensor of one axis with a copy of the given elements.</summary>
    public static Tensor From(params ReadOnlySpan<float> values) => From(values, new Shape(values.Length));

    /// <summary>A persistent copy: it stays when the tape on which the original was made is reset, and no gradient flows through it.</summary>
    public Tensor Copy() => From(Values, _shape);

    /// <summary>The same elements under another shape of the same length; no numbers are moved, and gradients flow through.</summary>
    /// <exception cref="ArgumentException">The new shape has another number of elements.</exception>
    public Tensor Reshape(Shape shape)
    {
        if (shape.Length != Shape.Length)
        {
            throw new ArgumentException($"Reshape keeps the number of elements, but {_shape} has {_shape.Length} and {shape} has "
                + $"{shape.Length}.");
        }

        return new Tensor(Live(), _offset, shape);
    }

    /// <summary>The same elements under a shape given by its sizes; see <see cref="Reshape(Shape)"/>.</summary>
    public Tensor Reshape(params ReadOnlySpan<int> sizes) => Reshape(new Shape(sizes));

    /// <summary>
    /// Consecutive rows of the first axis, such as some steps of <c>[T, N, C]</c>: a view of shape <c>[count, …]</c>; no numbers are
    /// moved, and gradients flow through.
    /// </summary>
    /// <param name="first">The first row.</param>
    /// <param name="count">The number of rows, zero or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The rows are not all there.</exception>
    public Tensor Slice(int first, int count)
    {
        Shape shape = Shape;
        if (shape.Rank == 0)
            throw new ArgumentException("Slice takes rows of the first axis, but a single number has no axis.");
        if (first < 0 || count < 0 || first > shape[0] - count)
        {
            throw new ArgumentOutOfRangeException(nameof(first),
                $"Slice({first}, {count}) takes rows {first} to {(long)first + count - 1} of axis 0, but the shape is {shape}.");
        }

        Shape rows = shape.WithFirst(count);
        int rowLength = shape.WithFirst(1).Length;
        return new Tensor(Live(), _offset + first * rowLength, rows);
    }

    /// <summary>The shape and the first few elements.</summary>
    public override string ToString()
    {
        if (_slot is null)
            return "Tensor (no value)";
        if (_slot.Generation != _generation)
            return $"Tensor {_shape} (expired)";
        ReadOnlySpan<float> values = Values;
        StringBuilder text = new($"Tensor {_shape} (");
        int shown = Math.Min(values.Length, 6);
        for (int i = 0; i < shown; i++)
            text.Append(i == 0 ? "" : ", ").Append(values[i].ToString("g5", CultureInfo.InvariantCulture));
        return text.Append(shown < values.Length ? ", …)" : ")").ToString();
    }

    private static Tensor Persistent(HostStorage storage, Shape shape) =>
        new(new TensorSlot { Storage = storage, Length = shape.Length }, 0, shape);

    private static InvalidOperationException NoValue() =>
        new("This Tensor has no value: it is default(Tensor). Make one with Tensor.Zeros or Tensor.From, or take a layer's output.");

    private TensorSlot Live()
    {
        if (_slot is null)
            throw NoValue();
        if (_slot.Generation != _generation)
        {
            throw new InvalidOperationException($"This tensor of shape {_shape} was made on a tape that has been reset since, and its "
                + "memory is in use again. Take a Copy() of it before Tape.Reset().");
        }

        return _slot;
    }
}
