using System.Numerics;

namespace Unfold.Autodiff.Reference;

/// <summary>
/// The tape's operations as plain loops over any floating type: what the fast code has to equal, and what gradients are checked on in double.
/// For each verb a forward method, which writes its last argument, and a Backward method, which takes the gradient of the output,
/// <c>d</c> first, and adds to the gradients of the operands, <c>dx</c> and so on, last. Arrays are row-major; sizes are the letters M rows, K
/// inner, N columns.
/// </summary>
internal static partial class ReferenceMath<T>
    where T : IFloatingPointIeee754<T>
{
    /// <summary>y = a + b.</summary>
    public static void Add(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = a[i] + b[i];
    }

    /// <summary>da += d, db += d.</summary>
    public static void AddBackward(ReadOnlySpan<T> d, Span<T> da, Span<T> db)
    {
        for (int i = 0; i < d.Length; i++)
        {
            da[i] += d[i];
            db[i] += d[i];
        }
    }

    /// <summary>y = a - b.</summary>
    public static void Subtract(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = a[i] - b[i];
    }

    /// <summary>da += d, db -= d.</summary>
    public static void SubtractBackward(ReadOnlySpan<T> d, Span<T> da, Span<T> db)
    {
        for (int i = 0; i < d.Length; i++)
        {
            da[i] += d[i];
            db[i] -= d[i];
        }
    }

    /// <summary>y = a * b, element by element.</summary>
    public static void Multiply(ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = a[i] * b[i];
    }

    /// <summary>da += d * b, db += d * a.</summary>
    public static void MultiplyBackward(ReadOnlySpan<T> d, ReadOnlySpan<T> a, ReadOnlySpan<T> b, Span<T> da, Span<T> db)
    {
        for (int i = 0; i < d.Length; i++)
        {
            da[i] += d[i] * b[i];
            db[i] += d[i] * a[i];
        }
    }

    /// <summary>y = factor * x.</summary>
    public static void Scale(ReadOnlySpan<T> x, T factor, Span<T> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = factor * x[i];
    }

    /// <summary>dx += factor * d.</summary>
    public static void ScaleBackward(ReadOnlySpan<T> d, T factor, Span<T> dx)
    {
        for (int i = 0; i < d.Length; i++)
            dx[i] += factor * d[i];
    }

    /// <summary>y[m, n] = x[m, n] + b[n].</summary>
    public static void AddBias(ReadOnlySpan<T> x, ReadOnlySpan<T> b, Span<T> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = x[i] + b[i % b.Length];
    }

    /// <summary>dx += d, db[n] += sum over m of d[m, n].</summary>
    public static void AddBiasBackward(ReadOnlySpan<T> d, Span<T> dx, Span<T> db)
    {
        for (int i = 0; i < d.Length; i++)
        {
            dx[i] += d[i];
            db[i % db.Length] += d[i];
        }
    }
}
