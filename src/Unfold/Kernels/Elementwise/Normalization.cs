using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Elementwise;

/// <summary>Rows brought to zero mean and unit variance, and the gradient through that.</summary>
/// <remarks>
/// A row's sums run in an order that depends on its length and the vector width alone, so neither its neighbours nor the threads change its bits. The variance is
/// made of deviations from the mean, not of squares less a square, which would lose all digits where the mean is large.
/// </remarks>
internal static unsafe class Normalization
{
    /// <summary>Added to the variance, as PyTorch's layer normalisation does by default.</summary>
    private const float Epsilon = 1e-5f;

    public static void Normalize(float* x, float* y, int rows, int columns)
    {
        if (VectorWidth.Bits == 512) Normalize<Simd512>(x, y, rows, columns);
        else if (VectorWidth.Bits == 256) Normalize<Simd256>(x, y, rows, columns);
        else Normalize<Simd128>(x, y, rows, columns);
    }

    public static void Adjoint(float* d, float* x, float* y, int rows, int columns)
    {
        if (VectorWidth.Bits == 512) Adjoint<Simd512>(d, x, y, rows, columns);
        else if (VectorWidth.Bits == 256) Adjoint<Simd256>(d, x, y, rows, columns);
        else Adjoint<Simd128>(d, x, y, rows, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Normalize<TSimd>(float* x, float* y, int rows, int columns)
        where TSimd : struct, ISimd<TSimd>
    {
        int rest = columns % TSimd.Count;
        nint whole = columns - rest;
        var kept = FirstLanes<TSimd>(rest);
        for (int row = 0; row < rows; row++, x += columns, y += columns)
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
            var mean = TSimd.Broadcast(TSimd.Sum(a + b + (c + d)) / columns);

            var last = (TSimd.LoadPartial(x + whole, rest) - mean) & kept;
            (a, b, c, d) = (TSimd.Zero, TSimd.Zero, TSimd.Zero, last * last);
            for (i = 0; i + (4 * TSimd.Count) <= whole; i += 4 * TSimd.Count)
            {
                a = AddSquare(TSimd.Load(x + i) - mean, a);
                b = AddSquare(TSimd.Load(x + i + TSimd.Count) - mean, b);
                c = AddSquare(TSimd.Load(x + i + (2 * TSimd.Count)) - mean, c);
                d = AddSquare(TSimd.Load(x + i + (3 * TSimd.Count)) - mean, d);
            }

            for (; i < whole; i += TSimd.Count) a = AddSquare(TSimd.Load(x + i) - mean, a);
            var scale = TSimd.Broadcast(InverseDeviation(TSimd.Sum(a + b + (c + d)), columns));

            for (i = 0; i < whole; i += TSimd.Count) TSimd.Store((TSimd.Load(x + i) - mean) * scale, y + i);
            if (rest > 0) TSimd.StorePartial(last * scale, y + whole, rest);
        }
    }

    /// <summary>s (d - mean(d)) - s³ mean(d (x - mean(x))) (x - mean(x)), s the inverse deviation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Adjoint<TSimd>(float* d, float* x, float* y, int rows, int columns)
        where TSimd : struct, ISimd<TSimd>
    {
        int rest = columns % TSimd.Count;
        nint whole = columns - rest;
        var kept = FirstLanes<TSimd>(rest);
        for (int row = 0; row < rows; row++, d += columns, x += columns, y += columns)
        {
            var lastGradient = TSimd.LoadPartial(d + whole, rest);
            TSimd gradients = TSimd.Zero, moreGradients = lastGradient, values = TSimd.Zero, moreValues = TSimd.LoadPartial(x + whole, rest);
            nint i = 0;
            for (; i + (2 * TSimd.Count) <= whole; i += 2 * TSimd.Count)
            {
                gradients += TSimd.Load(d + i);
                values += TSimd.Load(x + i);
                moreGradients += TSimd.Load(d + i + TSimd.Count);
                moreValues += TSimd.Load(x + i + TSimd.Count);
            }

            if (i < whole)
            {
                gradients += TSimd.Load(d + i);
                values += TSimd.Load(x + i);
            }

            float meanGradient = TSimd.Sum(gradients + moreGradients) / columns;
            var mean = TSimd.Broadcast(TSimd.Sum(values + moreValues) / columns);

            var last = (TSimd.LoadPartial(x + whole, rest) - mean) & kept;
            TSimd squares = TSimd.Zero, moreSquares = last * last, products = TSimd.Zero, moreProducts = last * lastGradient;
            for (i = 0; i + (2 * TSimd.Count) <= whole; i += 2 * TSimd.Count)
            {
                TSimd deviation = TSimd.Load(x + i) - mean, next = TSimd.Load(x + i + TSimd.Count) - mean;
                squares = AddSquare(deviation, squares);
                products = TSimd.MultiplyAdd(deviation, TSimd.Load(d + i), products);
                moreSquares = AddSquare(next, moreSquares);
                moreProducts = TSimd.MultiplyAdd(next, TSimd.Load(d + i + TSimd.Count), moreProducts);
            }

            if (i < whole)
            {
                var deviation = TSimd.Load(x + i) - mean;
                squares = AddSquare(deviation, squares);
                products = TSimd.MultiplyAdd(deviation, TSimd.Load(d + i), products);
            }

            float inverse = InverseDeviation(TSimd.Sum(squares + moreSquares), columns);
            float slope = inverse * inverse * inverse * (TSimd.Sum(products + moreProducts) / columns);
            TSimd scale = TSimd.Broadcast(inverse), shift = TSimd.Broadcast(inverse * meanGradient), factor = TSimd.Broadcast(slope);
            for (i = 0; i < whole; i += TSimd.Count)
            {
                var centered = TSimd.MultiplyAdd(TSimd.Load(d + i), scale, TSimd.Zero - shift);
                TSimd.Store(TSimd.NegatedMultiplyAdd(TSimd.Load(x + i) - mean, factor, centered), y + i);
            }

            if (rest > 0) TSimd.StorePartial(TSimd.NegatedMultiplyAdd(last, factor, TSimd.MultiplyAdd(lastGradient, scale, TSimd.Zero - shift)), y + whole, rest);
        }
    }

    private static float InverseDeviation(float squares, int columns) => 1 / MathF.Sqrt((squares / columns) + Epsilon);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TSimd AddSquare<TSimd>(TSimd value, TSimd sum)
        where TSimd : struct, ISimd<TSimd> => TSimd.MultiplyAdd(value, value, sum);

    /// <summary>All bits of the first lanes.</summary>
    private static TSimd FirstLanes<TSimd>(int count)
        where TSimd : struct, ISimd<TSimd>
    {
        float* ones = stackalloc float[16];
        new Span<float>(ones, 16).Fill(1);
        return TSimd.GreaterThan(TSimd.LoadPartial(ones, count), TSimd.Zero);
    }
}
