using System.Runtime.CompilerServices;
using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Normalization;

/// <summary>Functions of numbers' deviations from a mean, which normalisation and its gradient are made of.</summary>
internal static unsafe class Deviations
{
    /// <summary>The sum of d * (x - mean), in an order that depends on n and the vector width alone.</summary>
    public static float Dot(float* d, float* x, float mean, nint n) => Reduction.Sum(new DeviationProductTerm(mean), d, x, n);

    /// <summary>The sum of (x - mean)^2, in such an order.</summary>
    public static float SumOfSquares(float* x, float mean, nint n)
    {
        // A partial vector's unused lanes hold zeros, which deviate from the mean: the tail goes one by one.
        nint whole = n - (n % (VectorWidth.Bits / 32));
        float sum = Reduction.Sum(new SquaredDeviationTerm(mean), x, x, whole);
        for (nint i = whole; i < n; i++) sum += (x[i] - mean) * (x[i] - mean);
        return sum;
    }

    /// <summary>y = (x - mean) * scale + shift.</summary>
    public static void Normalize(float* x, float* y, nint n, float mean, float scale, float shift) =>
        Map.Unary(new NormalizeOperation(mean, scale, shift), x, y, n);

    /// <summary>y = (x - mean) * scale * gain + bias.</summary>
    public static void Normalize(float* x, float* gain, float* bias, float* y, nint n, float mean, float scale) =>
        Map.Ternary(new ScaledNormalizeOperation(mean, scale), x, gain, bias, y, n);

    /// <summary>y = a * (d - c) + b * (x - mean), or y += that.</summary>
    public static void Combine(float* d, float* x, float* y, nint n, float mean, float a, float b, float c, bool accumulate)
    {
        if (accumulate)
            Map.Ternary(new AddCombinationOperation(mean, a, b, c), d, x, y, y, n);
        else
            Map.Binary(new CombinationOperation(mean, a, b, c), d, x, y, n);
    }

    /// <summary>y += d * (x - mean) * scale.</summary>
    public static void AddProduct(float* d, float* x, float* y, nint n, float mean, float scale) =>
        Map.Ternary(new AddProductOperation(mean, scale), d, x, y, y, n);

    private readonly struct DeviationProductTerm(float mean) : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TSimd AddTo<TSimd>(TSimd sum, TSimd a, TSimd b)
            where TSimd : struct, ISimd<TSimd> =>
            TSimd.MultiplyAdd(a, b - TSimd.Broadcast(mean), sum);
    }

    private readonly struct SquaredDeviationTerm(float mean) : ITerm
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TSimd AddTo<TSimd>(TSimd sum, TSimd a, TSimd b)
            where TSimd : struct, ISimd<TSimd>
        {
            var deviation = a - TSimd.Broadcast(mean);
            return TSimd.MultiplyAdd(deviation, deviation, sum);
        }
    }

    private readonly struct NormalizeOperation(float mean, float scale, float shift) : IUnaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TSimd Apply<TSimd>(TSimd x)
            where TSimd : struct, ISimd<TSimd> =>
            TSimd.MultiplyAdd(x - TSimd.Broadcast(mean), TSimd.Broadcast(scale), TSimd.Broadcast(shift));
    }

    private readonly struct ScaledNormalizeOperation(float mean, float scale) : ITernaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TSimd Apply<TSimd>(TSimd a, TSimd b, TSimd c)
            where TSimd : struct, ISimd<TSimd> =>
            TSimd.MultiplyAdd((a - TSimd.Broadcast(mean)) * TSimd.Broadcast(scale), b, c);
    }

    private readonly struct CombinationOperation(float mean, float a, float b, float c) : IBinaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TSimd Apply<TSimd>(TSimd d, TSimd x)
            where TSimd : struct, ISimd<TSimd> =>
            TSimd.MultiplyAdd(d - TSimd.Broadcast(c), TSimd.Broadcast(a), (x - TSimd.Broadcast(mean)) * TSimd.Broadcast(b));
    }

    private readonly struct AddCombinationOperation(float mean, float a, float b, float c) : ITernaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TSimd Apply<TSimd>(TSimd d, TSimd x, TSimd y)
            where TSimd : struct, ISimd<TSimd> =>
            y + new CombinationOperation(mean, a, b, c).Apply(d, x);
    }

    private readonly struct AddProductOperation(float mean, float scale) : ITernaryOperation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public TSimd Apply<TSimd>(TSimd d, TSimd x, TSimd y)
            where TSimd : struct, ISimd<TSimd> =>
            TSimd.MultiplyAdd(d, (x - TSimd.Broadcast(mean)) * TSimd.Broadcast(scale), y);
    }
}
