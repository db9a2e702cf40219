using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Elementwise;

/// <summary>The loops: an operation applied along arrays, at the width of the process.</summary>
/// <remarks>
/// The tail goes through the same vector operation, so an element's bits do not depend on its place. Compiled at once with full
/// optimisation: a run of the command line is short, and unoptimised vector code is many times slower.
/// </remarks>
internal static unsafe class Map
{
    public static void Unary<TOperation>(TOperation operation, float* x, float* y, nint n)
        where TOperation : struct, IUnaryOperation
    {
        if (VectorWidth.Bits == 512) Unary<Simd512, TOperation>(operation, x, y, n);
        else if (VectorWidth.Bits == 256) Unary<Simd256, TOperation>(operation, x, y, n);
        else Unary<Simd128, TOperation>(operation, x, y, n);
    }

    public static void Binary<TOperation>(TOperation operation, float* a, float* b, float* y, nint n)
        where TOperation : struct, IBinaryOperation
    {
        if (VectorWidth.Bits == 512) Binary<Simd512, TOperation>(operation, a, b, y, n);
        else if (VectorWidth.Bits == 256) Binary<Simd256, TOperation>(operation, a, b, y, n);
        else Binary<Simd128, TOperation>(operation, a, b, y, n);
    }

    public static void Ternary<TOperation>(TOperation operation, float* a, float* b, float* c, float* y, nint n)
        where TOperation : struct, ITernaryOperation
    {
        if (VectorWidth.Bits == 512) Ternary<Simd512, TOperation>(operation, a, b, c, y, n);
        else if (VectorWidth.Bits == 256) Ternary<Simd256, TOperation>(operation, a, b, c, y, n);
        else Ternary<Simd128, TOperation>(operation, a, b, c, y, n);
    }

    public static void Quaternary<TOperation>(TOperation operation, float* a, float* b, float* c, float* d, float* y, nint n)
        where TOperation : struct, IQuaternaryOperation
    {
        if (VectorWidth.Bits == 512) Quaternary<Simd512, TOperation>(operation, a, b, c, d, y, n);
        else if (VectorWidth.Bits == 256) Quaternary<Simd256, TOperation>(operation, a, b, c, d, y, n);
        else Quaternary<Simd128, TOperation>(operation, a, b, c, d, y, n);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Unary<TSimd, TOperation>(TOperation operation, float* x, float* y, nint n)
        where TSimd : struct, ISimd<TSimd>
        where TOperation : struct, IUnaryOperation
    {
        nint i = 0;
        for (; i + TSimd.Count <= n; i += TSimd.Count) TSimd.Store(operation.Apply(TSimd.Load(x + i)), y + i);
        if (i == n) return;
        int rest = (int)(n - i);
        TSimd.StorePartial(operation.Apply(TSimd.LoadPartial(x + i, rest)), y + i, rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Binary<TSimd, TOperation>(TOperation operation, float* a, float* b, float* y, nint n)
        where TSimd : struct, ISimd<TSimd>
        where TOperation : struct, IBinaryOperation
    {
        nint i = 0;
        for (; i + TSimd.Count <= n; i += TSimd.Count) TSimd.Store(operation.Apply(TSimd.Load(a + i), TSimd.Load(b + i)), y + i);
        if (i == n) return;
        int rest = (int)(n - i);
        TSimd.StorePartial(operation.Apply(TSimd.LoadPartial(a + i, rest), TSimd.LoadPartial(b + i, rest)), y + i, rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Ternary<TSimd, TOperation>(TOperation operation, float* a, float* b, float* c, float* y, nint n)
        where TSimd : struct, ISimd<TSimd>
        where TOperation : struct, ITernaryOperation
    {
        nint i = 0;
        for (; i + TSimd.Count <= n; i += TSimd.Count)
        {
            var value = operation.Apply(TSimd.Load(a + i), TSimd.Load(b + i), TSimd.Load(c + i));
            TSimd.Store(value, y + i);
        }

        if (i == n) return;
        int rest = (int)(n - i);
        var last = operation.Apply(
            TSimd.LoadPartial(a + i, rest), TSimd.LoadPartial(b + i, rest),
            TSimd.LoadPartial(c + i, rest));
        TSimd.StorePartial(last, y + i, rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Quaternary<TSimd, TOperation>(TOperation operation, float* a, float* b, float* c, float* d, float* y, nint n)
        where TSimd : struct, ISimd<TSimd>
        where TOperation : struct, IQuaternaryOperation
    {
        nint i = 0;
        for (; i + TSimd.Count <= n; i += TSimd.Count)
        {
            var value = operation.Apply(TSimd.Load(a + i), TSimd.Load(b + i), TSimd.Load(c + i), TSimd.Load(d + i));
            TSimd.Store(value, y + i);
        }

        if (i == n) return;
        int rest = (int)(n - i);
        var last = operation.Apply(
            TSimd.LoadPartial(a + i, rest), TSimd.LoadPartial(b + i, rest),
            TSimd.LoadPartial(c + i, rest), TSimd.LoadPartial(d + i, rest));
        TSimd.StorePartial(last, y + i, rest);
    }
}
