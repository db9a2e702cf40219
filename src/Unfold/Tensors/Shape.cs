using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Unfold.Tensors;

/// <summary>
/// The sizes of a tensor's axes, slowest axis first; written <c>[64, 50, 32]</c>. Rank 0 to 6; rank 0, which is also
/// <c>default(Shape)</c>, is a single number.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
public readonly struct Shape : IEquatable<Shape>
{
    /// <summary>The greatest number of axes.</summary>
    public const int MaximumRank = 6;

    private readonly Sizes _sizes;

    /// <summary>Makes a shape from the sizes of its axes, slowest first.</summary>
    /// <param name="sizes">At most six sizes, none negative, whose product is below 2^31.</param>
    /// <exception cref="ArgumentException">More than six axes, a negative size, or too many elements.</exception>
    public Shape(params ReadOnlySpan<int> sizes)
    {
        if (sizes.Length > MaximumRank)
            throw new ArgumentException($"A shape has at most {MaximumRank} axes, but {sizes.Length} sizes were given.");
        long length = 1;
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            if (sizes[axis] < 0)
                throw new ArgumentException($"A shape's sizes are zero or more, but axis {axis} was given {sizes[axis]}.");
            _sizes[axis] = sizes[axis];
            length *= sizes[axis];
            if (length > int.MaxValue)
                throw new ArgumentException($"A tensor holds fewer than 2^31 numbers, but the shape [{Join(sizes)}] has more.");
        }

        Rank = sizes.Length;
    }

    /// <summary>The number of axes, 0 to 6.</summary>
    public int Rank { get; }

    /// <summary>The number of elements: the product of the sizes, 1 for rank 0.</summary>
    public int Length
    {
        get
        {
            int length = 1;
            for (int axis = 0; axis < Rank; axis++)
                length *= _sizes[axis];
            return length;
        }
    }

    /// <summary>The size of the last axis, 1 for rank 0.</summary>
    internal int Last => Rank == 0 ? 1 : _sizes[Rank - 1];

    /// <summary>The number of rows when every axis but the last is counted as one: <c>Length / Last</c>, also where Last is 0.</summary>
    internal int Rows
    {
        get
        {
            int rows = 1;
            for (int axis = 0; axis < Rank - 1; axis++)
                rows *= _sizes[axis];
            return rows;
        }
    }

    /// <summary>The size of one axis, counted from either end: <c>shape[^1]</c> is the last.</summary>
    /// <param name="axis">An axis.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public int this[Index axis] => this[axis.GetOffset(Rank)];

    /// <summary>The size of one axis, 0 being the slowest.</summary>
    /// <param name="axis">0 up to, and without, <see cref="Rank"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such axis.</exception>
    public int this[int axis]
    {
        get
        {
            if ((uint)axis >= (uint)Rank)
                throw new ArgumentOutOfRangeException(nameof(axis), $"The shape {this} has {Rank} axes; there is no axis {axis}.");
            return _sizes[axis];
        }
    }

    /// <summary>Whether two shapes have the same axes with the same sizes.</summary>
    public static bool operator ==(Shape left, Shape right) => left.Equals(right);

    /// <summary>Whether two shapes differ in an axis or in the number of axes.</summary>
    public static bool operator !=(Shape left, Shape right) => !left.Equals(right);

    /// <summary>The same shape with another size of the first axis.</summary>
    internal Shape WithFirst(int size) => With(0, size);

    /// <summary>The same shape with another size of the last axis.</summary>
    internal Shape WithLast(int size) => With(Rank - 1, size);

    /// <summary>The same shape with one more axis, the fastest.</summary>
    internal Shape Append(int size)
    {
        Span<int> sizes = stackalloc int[Rank + 1];
        CopyTo(sizes);
        sizes[Rank] = size;
        return new Shape(sizes);
    }

    /// <summary>Writes the sizes, slowest first, into the beginning of a span.</summary>
    internal void CopyTo(Span<int> sizes)
    {
        for (int axis = 0; axis < Rank; axis++)
            sizes[axis] = _sizes[axis];
    }

    /// <inheritdoc/>
    public bool Equals(Shape other)
    {
        if (Rank != other.Rank)
            return false;
        for (int axis = 0; axis < Rank; axis++)
        {
            if (_sizes[axis] != other._sizes[axis])
                return false;
        }

        return true;
    }

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Shape other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        HashCode hash = default;
        for (int axis = 0; axis < Rank; axis++)
            hash.Add(_sizes[axis]);
        return hash.ToHashCode();
    }

    /// <summary>The sizes in brackets, slowest first: <c>[64, 50, 32]</c>.</summary>
    public override string ToString()
    {
        Span<int> sizes = stackalloc int[Rank];
        CopyTo(sizes);
        return $"[{Join(sizes)}]";
    }

    private static string Join(ReadOnlySpan<int> sizes)
    {
        StringBuilder text = new();
        foreach (int size in sizes)
            text.Append(text.Length == 0 ? "" : ", ").Append(size.ToString(CultureInfo.InvariantCulture));
        return text.ToString();
    }

    private Shape With(int axis, int size)
    {
        Span<int> sizes = stackalloc int[Rank];
        CopyTo(sizes);
        sizes[axis] = size;
        return new Shape(sizes);
    }

    [InlineArray(MaximumRank)]
    private struct Sizes
    {
        private int _first;
    }
}
