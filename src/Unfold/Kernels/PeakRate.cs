using System.Diagnostics;
using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels;

/// <summary>
/// The processor's limit of float32 arithmetic: independent chains of fused multiply-adds on registers, twelve of them a thread, so that
/// neither memory nor latency is waited for. No kernel can be faster.
/// </summary>
internal static class PeakRate
{
    private const int Chains = 12;

    private const int Rounds = 2_000_000;

    /// <summary>How often threads are asked together at most: a system may put two of them on one processor while another has nothing to do.</summary>
    private const int MostTries = 8;

    /// <summary>Operations a second of some threads at once.</summary>
    public static double Measure(int threads)
    {
        double alone = Measure(), best = alone;

        // Each with a processor of its own is as fast as one alone, or nearly, if many lower the clock; then there is no more to be found.
        for (int tries = 0; threads > 1 && tries < MostTries && best < 0.95 * threads * alone; tries++)
            best = Math.Max(best, Together(threads));
        return best;
    }

    /// <summary>Operations a second of the calling thread.</summary>
    public static double Measure()
    {
        double best = 0;
        for (int run = 0; run < 8; run++)
        {
            long start = Stopwatch.GetTimestamp();
            float sum = VectorWidth.Bits switch { 512 => Run<Simd512>(), 256 => Run<Simd256>(), _ => Run<Simd128>() };
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (sum != 0) best = Math.Max(best, 2.0 * Rounds * Chains * VectorWidth.Bits / 32 / seconds);
        }

        return best;
    }

    private static double Together(int threads)
    {
        var each = new double[threads];
        Thread[] others = [.. Enumerable.Range(1, threads - 1).Select(i => new Thread(() => each[i] = Measure()))];
        foreach (Thread thread in others)
            thread.Start();
        each[0] = Measure();
        foreach (Thread thread in others)
            thread.Join();
        return each.Sum();
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Run<TSimd>()
        where TSimd : struct, ISimd<TSimd>
    {
        TSimd x = TSimd.Broadcast(0.999f), y = TSimd.Broadcast(0.001f);
        TSimd r0 = y, r1 = y, r2 = y, r3 = y, r4 = y, r5 = y, r6 = y, r7 = y, r8 = y, r9 = y, r10 = y, r11 = y;
        for (int i = 0; i < Rounds; i++)
        {
            r0 = TSimd.MultiplyAdd(r0, x, y);
            r1 = TSimd.MultiplyAdd(r1, x, y);
            r2 = TSimd.MultiplyAdd(r2, x, y);
            r3 = TSimd.MultiplyAdd(r3, x, y);
            r4 = TSimd.MultiplyAdd(r4, x, y);
            r5 = TSimd.MultiplyAdd(r5, x, y);
            r6 = TSimd.MultiplyAdd(r6, x, y);
            r7 = TSimd.MultiplyAdd(r7, x, y);
            r8 = TSimd.MultiplyAdd(r8, x, y);
            r9 = TSimd.MultiplyAdd(r9, x, y);
            r10 = TSimd.MultiplyAdd(r10, x, y);
            r11 = TSimd.MultiplyAdd(r11, x, y);
        }

        return TSimd.Sum(r0 + r1 + r2 + r3 + r4 + r5 + (r6 + r7 + r8 + r9 + r10 + r11));
    }
}
