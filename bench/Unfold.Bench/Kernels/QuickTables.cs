using System.Diagnostics;
using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Random;
using Unfold.Kernels.Simd;
using Unfold.Kernels.Threading;

namespace Unfold.Bench.Kernels;

/// <summary>Kernel speeds in a few seconds: the best of several short runs, beside the limit of the machine.</summary>
internal static unsafe class QuickTables
{
    public static void Run(string? only)
    {
        Console.WriteLine($"vectors of {VectorWidth.Bits} bits, {Team.Shared.Size} threads");
        if (only is null or "gemm") PrintGemm();
        if (only is null or "gemm" or "targets") PrintTargets();
        if (only is null or "elementwise") PrintElementwise();
    }

    private static void PrintGemm()
    {
        double peak = PeakFlops.Measure() / 1e9;
        Console.WriteLine($"limit of one thread: {peak:F0} GFLOP/s");
        Console.WriteLine();
        Console.WriteLine("     m      n      k   A B   packed B, 1 thread   packed B, team   with packing, team   pack B, ns/element");
        foreach (var (m, n, k, ta, tb) in Shapes)
        {
            var product = new GemmCase(m, n, k, ta, tb);
            double one = product.Operations / Best(product.Multiply) / 1e9;
            double rows = product.Operations / Best(product.MultiplyRowsOnTeam) / 1e9;
            double whole = product.Operations / Best(product.MultiplyParallel) / 1e9;
            double pack = Best(product.Pack) / ((double)n * k) * 1e9;
            int size = Team.Shared.Size;
            Console.WriteLine(
                $"{m,6} {n,6} {k,6}   {(ta ? 'T' : '.')} {(tb ? 'T' : '.')}   {one,12:F1} ({one / peak,3:P0})   " +
                $"{rows,9:F1} ({rows / peak / size,3:P0})   {whole,13:F1} ({whole / peak / size,3:P0})   {pack,18:F3}");
        }
    }

    private static (int M, int N, int K, bool TransposedA, bool TransposedB)[] Shapes =>
    [
        (1, 1024, 256, false, false), (2, 1024, 256, false, false), (4, 1024, 256, false, false), (8, 1024, 256, false, false),
        (16, 1024, 256, false, true), (32, 1024, 256, false, true), (64, 1024, 256, false, true), (100, 400, 100, false, true),
        (3200, 1024, 256, false, true), (3200, 1024, 28, false, true), (3200, 256, 1024, false, false), (1024, 256, 3200, true, false),
        (1024, 65, 3200, true, false), (3200, 65, 256, false, true), (512, 512, 512, false, false), (1024, 1024, 1024, false, false),
    ];

    /// <summary>Weight gradients that share the gradient of their gates: one call each, and one for both, which packs A once.</summary>
    private static void PrintTargets()
    {
        double peak = PeakFlops.Measure() / 1e9 * Team.Shared.Size;
        Console.WriteLine();
        Console.WriteLine("     m    n1 + n2        k   Aᵀ B added to C: one by one, team   in one call, team");
        foreach (var (m, n1, n2, k) in Gradients)
        {
            var product = new TargetsCase(m, [n1, n2], k);
            double apart = product.Operations / Best(product.MultiplyApart) / 1e9;
            double together = product.Operations / Best(product.MultiplyTogether) / 1e9;
            Console.WriteLine(
                $"{m,6} {n1,5} + {n2,-5} {k,6}   {apart,26:F1} ({apart / peak,3:P0})   {together,11:F1} ({together / peak,3:P0})");
        }
    }

    private static (int M, int N1, int N2, int K)[] Gradients =>
    [
        (1024, 128, 256, 512), (1024, 128, 256, 1024), (1024, 128, 256, 2048), (512, 64, 128, 1024), (512, 1, 128, 1024),
        (2600, 650, 650, 700), (4096, 512, 1024, 640),
    ];

    private static void PrintElementwise()
    {
        const int n = 256;
        float* a = new AlignedBuffer(n).Pointer, b = new AlignedBuffer(n).Pointer, y = new AlignedBuffer(n).Pointer;
        nint pa = (nint)a, pb = (nint)b, py = (nint)y;
        Console.WriteLine();
        Console.WriteLine($"elementwise, tiles of {n} floats: ns an element");
        void Row(string name, Action action) => Console.WriteLine($"  {name,-26} {Best(action) / n * 1e9,6:F3}");
        Row("Sigmoid", () => Elementwise.Sigmoid((float*)pa, (float*)py, n));
        Row("Tanh", () => Elementwise.Tanh((float*)pa, (float*)py, n));
        Row("Exp", () => Elementwise.Exp((float*)pa, (float*)py, n));
        Row("Log", () => Elementwise.Log((float*)pa, (float*)py, n));
        Row("Gelu", () => Elementwise.Gelu((float*)pa, (float*)py, n));
        Row("Silu", () => Elementwise.Silu((float*)pa, (float*)py, n));
        Row("Softplus", () => Elementwise.Softplus((float*)pa, (float*)py, n));
        Row("Sin", () => Elementwise.Sin((float*)pa, (float*)py, n));
        Row("Relu", () => Elementwise.Relu((float*)pa, (float*)py, n));
        Row("Add", () => Elementwise.Add((float*)pa, (float*)pb, (float*)py, n));
        Row("MultiplyAdd", () => Elementwise.MultiplyAdd((float*)pa, (float*)pb, (float*)pa, (float*)py, n));
        Row("MultiplyMultiplyAdd", () => Elementwise.MultiplyMultiplyAdd((float*)pa, (float*)pb, (float*)pb, (float*)pa, (float*)py, n));
        Row("SigmoidAdjoint", () => Elementwise.SigmoidAdjoint((float*)pa, (float*)pb, (float*)py, n));
        Row("TanhAdjointMultiply", () => Elementwise.TanhAdjointMultiply((float*)pa, (float*)pb, (float*)pa, (float*)py, n));
        Row("Sum", () => Elementwise.Sum((float*)pa, n));
        Row("Dot", () => Elementwise.Dot((float*)pa, (float*)pb, n));
        Row("Maximum", () => Elementwise.Maximum((float*)pa, n));
        Row("FillUniform", () => CountedRandom.FillUniform(1, 2, 3, 4, (float*)py, n));
        Row("FillBernoulli", () => CountedRandom.FillBernoulli(1, 2, 3, 4, 0.8f, 1.25f, (float*)py, n));
    }

    /// <summary>Seconds of one call: the best mean of many runs of some milliseconds, after a warm-up.</summary>
    private static double Best(Action action)
    {
        const double run = 0.004;
        Time(action, 40);
        long calls = 1;
        for (double seconds = 0; seconds < run;)
        {
            seconds = Time(action, calls);
            if (seconds < run) calls = Math.Max(calls + 1, (long)(calls * Math.Min(16, 1.3 * run / Math.Max(seconds, 1e-7))));
        }

        double best = double.MaxValue;
        for (int i = 0; i < 50; i++) best = Math.Min(best, Time(action, calls) / calls);
        return best;
    }

    private static double Time(Action action, long calls)
    {
        long start = Stopwatch.GetTimestamp();
        for (long i = 0; i < calls; i++) action();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }
}
