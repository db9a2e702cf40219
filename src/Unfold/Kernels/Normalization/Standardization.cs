using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Normalization;

/// <summary>Rows brought to zero mean and unit variance, and the gradient through that.</summary>
/// <remarks>
/// A row's sums run in an order that depends on its length and the vector width alone, so neither its neighbours nor the threads change its bits. The variance is
/// made of deviations from the mean, not of squares less a square, which would lose its digits where the mean is large.
/// </remarks>
internal static unsafe class Standardization
{
    /// <summary>m, the mean of each row of x [rows, columns].</summary>
    public static void Mean(float* x, float* m, int rows, int columns)
    {
        if (VectorWidth.Bits == 512) Mean<Simd512>(x, m, rows, columns);
        else if (VectorWidth.Bits == 256) Mean<Simd256>(x, m, rows, columns);
        else Mean<Simd128>(x, m, rows, columns);
    }

    /// <summary>s = 1 / sqrt(variance + epsilon) of each row of x, whose mean is m; the variance is the mean of the squared deviations.</summary>
    public static void InverseDeviation(float* x, float* m, float* s, int rows, int columns, float epsilon)
    {
        if (VectorWidth.Bits == 512) InverseDeviation<Simd512>(x, m, s, rows, columns, epsilon);
        else if (VectorWidth.Bits == 256) InverseDeviation<Simd256>(x, m, s, rows, columns, epsilon);
        else InverseDeviation<Simd128>(x, m, s, rows, columns, epsilon);
    }

    /// <summary>y = (x - m) s in each row, m and s a number a row.</summary>
    public static void Normalize(float* x, float* m, float* s, float* y, int rows, int columns)
    {
        if (VectorWidth.Bits == 512) Normalize<Simd512>(x, m, s, y, rows, columns);
        else if (VectorWidth.Bits == 256) Normalize<Simd256>(x, m, s, y, rows, columns);
        else Normalize<Simd128>(x, m, s, y, rows, columns);
    }

    /// <summary>z = (d - mean(d) - y mean(d y)) s in each row: the gradient of x, where d is that of y, and y and s are what <see cref="Normalize(float*, float*, float*, float*, int, int)"/> made and took.</summary>
    public static void Adjoint(float* d, float* y, float* s, float* z, int rows, int columns)
    {
        if (VectorWidth.Bits == 512) Adjoint<Simd512>(d, y, s, z, rows, columns);
        else if (VectorWidth.Bits == 256) Adjoint<Simd256>(d, y, s, z, rows, columns);
        else Adjoint<Simd128>(d, y, s, z, rows, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Mean<TSimd>(float* x, float* m, int rows, int columns)
        where TSimd : struct, ISimd<TSimd>
    {
        int rest = columns % TSimd.Count;
        nint whole = columns - rest;
        for (int row = 0; row < rows; row++, x += columns)
        {
            TSimd a = TSimd.Zero, b = TSimd.Zero, c = TSimd.Zero, d = TSimd.LoadPartial(x + whole, rest);
            nint i = 0;
            for (; i + (4 * TSimd.Count) <= whole; i += 4 * TSimd.Count)
            {
                a += TSimd.Load(x + i);
                b += TSimd.Load(x + i + TSimd.Count);
                c += TSimd.Load(x + i + (2 * TSimd.Count));
                d += TSimd.Load(x + i + (3 * TSimd.Count));
            }

            for (; i < whole; i += TSimd.Count) a += TSimd.Load(x + i);

            // A true quotient: where all numbers are equal, it is that number, and nothing is left to be divided by a deviation of zero.
            m[row] = TSimd.Sum(a + b + (c + d)) / columns;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void InverseDeviation<TSimd>(float* x, float* m, float* s, int rows, int columns, float epsilon)
        where TSimd : struct, ISimd<TSimd>
    {
        int rest = columns % TSimd.Count;
        nint whole = columns - rest;
        float share = 1f / columns;
        TSimd kept = rest > 0 ? FirstLanes<TSimd>(rest) : TSimd.Zero;
        for (int row = 0; row < rows; row++, x += columns)
        {
            var mean = TSimd.Broadcast(m[row]);
            var last = (TSimd.LoadPartial(x + whole, rest) - mean) & kept;
            TSimd a = TSimd.Zero, b = TSimd.Zero, c = TSimd.Zero, d = last * last;
            nint i = 0;
            for (; i + (4 * TSimd.Count) <= whole; i += 4 * TSimd.Count)
            {
                a = AddSquare(TSimd.Load(x + i) - mean, a);
                b = AddSquare(TSimd.Load(x + i + TSimd.Count) - mean, b);
                c = AddSquare(TSimd.Load(x + i + (2 * TSimd.Count)) - mean, c);
                d = AddSquare(TSimd.Load(x + i + (3 * TSimd.Count)) - mean, d);
            }

            for (; i < whole; i += TSimd.Count) a = AddSquare(TSimd.Load(x + i) - mean, a);
            s[row] = 1 / MathF.Sqrt((TSimd.Sum(a + b + (c + d)) * share) + epsilon);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalize<TSimd>(float* x, float* m, float* s, float* y, int rows, int columns)
        where TSimd : struct, ISimd<TSimd>
    {
        int rest = columns % TSimd.Count;
        nint whole = columns - rest;
        for (int row = 0; row < rows; row++, x += columns, y += columns)
        {
            TSimd mean = TSimd.Broadcast(m[row]), scale = TSimd.Broadcast(s[row]);
            for (nint i = 0; i < whole; i += TSimd.Count) TSimd.Store((TSimd.Load(x + i) - mean) * scale, y + i);
            if (rest > 0) TSimd.StorePartial((TSimd.LoadPartial(x + whole, rest) - mean) * scale, y + whole, rest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Adjoint<TSimd>(float* d, float* y, float* s, float* z, int rows, int columns)
        where TSimd : struct, ISimd<TSimd>
    {
        int rest = columns % TSimd.Count;
        nint whole = columns - rest;
        float share = 1f / columns;
        for (int row = 0; row < rows; row++, d += columns, y += columns, z += columns)
        {
            TSimd lastGradient = TSimd.LoadPartial(d + whole, rest), last = TSimd.LoadPartial(y + whole, rest);
            TSimd sum = TSimd.Zero, sum2 = lastGradient, products = TSimd.Zero, products2 = lastGradient * last;
            nint i = 0;
            for (; i + (2 * TSimd.Count) <= whole; i += 2 * TSimd.Count)
            {
                TSimd gradient = TSimd.Load(d + i), gradient2 = TSimd.Load(d + i + TSimd.Count);
                sum += gradient;
                products = TSimd.MultiplyAdd(gradient, TSimd.Load(y + i), products);
                sum2 += gradient2;
                products2 = TSimd.MultiplyAdd(gradient2, TSimd.Load(y + i + TSimd.Count), products2);
            }

            if (i < whole)
            {
                var gradient = TSimd.Load(d + i);
                sum += gradient;
                products = TSimd.MultiplyAdd(gradient, TSimd.Load(y + i), products);
            }

            TSimd scale = TSimd.Broadcast(s[row]);
            TSimd shift = TSimd.Broadcast(TSimd.Sum(sum + sum2) * share), slope = TSimd.Broadcast(TSimd.Sum(products + products2) * share);
            for (i = 0; i < whole; i += TSimd.Count)
                TSimd.Store(TSimd.NegatedMultiplyAdd(TSimd.Load(y + i), slope, TSimd.Load(d + i) - shift) * scale, z + i);
            if (rest > 0) TSimd.StorePartial(TSimd.NegatedMultiplyAdd(last, slope, lastGradient - shift) * scale, z + whole, rest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd AddSquare<TSimd>(TSimd value, TSimd sum)
        where TSimd : struct, ISimd<TSimd> => TSimd.MultiplyAdd(value, value, sum);

    /// <summary>All bits of the first lanes: the others of a tail are no deviations.</summary>
    private static TSimd FirstLanes<TSimd>(int count)
        where TSimd : struct, ISimd<TSimd>
    {
        float* ones = stackalloc float[16];
        new Span<float>(ones, 16).Fill(1);
        return TSimd.GreaterThan(TSimd.LoadPartial(ones, count), TSimd.Zero);
    }
}
