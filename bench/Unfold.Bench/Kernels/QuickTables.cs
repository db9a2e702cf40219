using System.Diagnostics;
using Unfold.Bench.Reporting;
using Unfold.Kernels;
using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Random;
using Unfold.Measurement;

namespace Unfold.Bench.Kernels;

/// <summary>Kernel speeds in a few seconds: the best of several short runs, beside the limit of the machine.</summary>
internal static unsafe class QuickTables
{
    /// <summary>Runs all tables, or the one that the first word names.</summary>
    public static void Run(ReadOnlySpan<string> words)
    {
        string? only = words.Length > 0 && !words[0].StartsWith('-') ? words[0] : null;
        if (only is not (null or "gemm" or "targets" or "narrow" or "elementwise" or "team"))
            throw new ArgumentException($"expected gemm, targets, narrow, elementwise or team, but got '{only}'");
        var options = new Options(only is null ? words : words[1..]);
        Threads.Count = options.Whole("threads", Threads.Count);
        bool write = options.Write;
        options.RequireKnown();

        var machine = Machine.Measure();
        var page = new Results();
        Head.Write(page, "Kernels", machine);
        if (only is null or "gemm") WriteGemm(page, machine);
        if (only is null or "gemm" or "targets") WriteTargets(page, machine);
        if (only is null or "gemm" or "narrow") WriteNarrow(page);
        if (only is null or "elementwise") WriteElementwise(page);
        if (only is null or "team") TeamTable.Write(page);
        if (write) page.Save("kernels.md");
    }

    private static void WriteGemm(Results page, Machine machine)
    {
        double peak = PeakRate.Measure() / 1e9;
        page.Line("## Matrix products");
        page.Line();
        page.Line($"GFLOP/s of the best runs, and their part of the limit ({peak:F0} on one thread); T: the operand lies transposed. {OpenBlas.Description}");
        page.Line();
        page.Columns("m × n × k", "A B", "packed B, 1 thread", "packed B, all threads", "with packing, all threads", "OpenBLAS, 1 thread", "OpenBLAS, all threads", "pack B, ns/element");
        foreach (GemmShape shape in Shapes)
        {
            var product = new GemmCase(shape);
            page.Row(
                shape.Size, shape.Layout, Rate(product.Multiply, 1), Rate(product.MultiplyRowsOnTeam, machine.Threads), Rate(product.MultiplyParallel, machine.Threads),
                OpenBlas.Absent is null ? Rate(() => product.MultiplyOpenBlas(1), 1) : "-",
                OpenBlas.Absent is null ? Rate(() => product.MultiplyOpenBlas(machine.Threads), machine.Threads) : "-",
                Results.Three(Best(product.Pack) / ((double)shape.N * shape.K) * 1e9));

            string Rate(Action run, int threads)
            {
                double rate = product.Operations / Best(run) / 1e9;
                return $"{rate:F0} ({rate / peak / threads:P0})";
            }
        }
    }

    private static readonly GemmShape[] Shapes =
    [
        new(1, 1024, 256), new(2, 1024, 256), new(4, 1024, 256), new(8, 1024, 256), new(16, 1024, 256, TransposedB: true), new(32, 1024, 256, TransposedB: true),
        new(64, 1024, 256, TransposedB: true), new(100, 400, 100, TransposedB: true), new(3200, 1024, 256, TransposedB: true), new(3200, 1024, 28, TransposedB: true),
        new(3200, 256, 1024), new(1024, 256, 3200, TransposedA: true), new(1024, 65, 3200, TransposedA: true), new(3200, 65, 256, TransposedB: true),
        new(512, 512, 512), new(1024, 1024, 1024),
    ];

    /// <summary>Weight gradients that share the gradient of their gates: one call each, and one for both, which packs A once.</summary>
    private static void WriteTargets(Results page, Machine machine)
    {
        page.Line();
        page.Line("## Gradients of two weights at once");
        page.Line();
        page.Line("GFLOP/s of Aᵀ B added to C, for two B of n₁ and n₂ columns, on all threads, and their part of the limit.");
        page.Line();
        page.Columns("m × (n₁ + n₂) × k", "one by one", "in one call");
        foreach (var (m, n1, n2, k) in Gradients)
        {
            var product = new TargetsCase(m, [n1, n2], k);
            page.Row($"{m} × ({n1} + {n2}) × {k}", Rate(product.MultiplyApart), Rate(product.MultiplyTogether));

            string Rate(Action run)
            {
                double rate = product.Operations / Best(run) / 1e9;
                return $"{rate:F0} ({rate / machine.Limit:P0})";
            }
        }
    }

    private static void WriteNarrow(Results page)
    {
        page.Line();
        page.Line("## Products with few columns");
        page.Line();
        page.Line("They do little arithmetic for what they read or write: the time on all threads with packing, and the bytes of the large matrix in it.");
        page.Line();
        page.Columns("m × n × k", "A B", "microseconds", "GB/s");
        foreach (GemmShape shape in Narrows)
        {
            double seconds = Best(new GemmCase(shape).MultiplyParallel);
            double bytes = 4.0 * Math.Max((long)shape.M * shape.K, (long)shape.M * shape.N);
            page.Row(shape.Size, shape.Layout, Results.Three(seconds * 1e6), Results.Three(bytes / seconds / 1e9));
        }
    }

    private static readonly GemmShape[] Narrows =
    [
        new(6400, 1, 512), new(6400, 4, 512), new(512, 1, 512), new(512, 1, 6400, TransposedA: true), new(512, 1, 512, TransposedA: true),
        new(512, 4, 6400, TransposedA: true), new(6400, 512, 1), new(6400, 512, 4), new(640, 512, 1),
    ];

    private static (int M, int N1, int N2, int K)[] Gradients =>
    [
        (1024, 128, 256, 512), (1024, 128, 256, 1024), (1024, 128, 256, 2048), (512, 64, 128, 1024), (512, 1, 128, 1024),
        (2600, 650, 650, 700), (4096, 512, 1024, 640),
    ];

    private static void WriteElementwise(Results page)
    {
        const int n = 256;
        float* a = new AlignedBuffer(n).Pointer, b = new AlignedBuffer(n).Pointer, y = new AlignedBuffer(n).Pointer;
        nint pa = (nint)a, pb = (nint)b, py = (nint)y;
        page.Line();
        page.Line("## Elementwise functions");
        page.Line();
        page.Line($"Nanoseconds an element, on one thread, over tiles of {n} floats that stay in the first-level cache.");
        page.Line();
        page.Columns("function", "ns");
        void Row(string name, Action action) => page.Row(name, $"{Best(action) / n * 1e9:F3}");
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
