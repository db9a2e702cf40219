using System.Globalization;
using System.Runtime.InteropServices;
using Unfold.Bench.Kernels;
using Unfold.Bench.Peers;
using Unfold.Kernels.Simd;

namespace Unfold.Bench.Reporting;

/// <summary>Where and with what figures were measured.</summary>
internal static class Machine
{
    /// <summary>Billions of operations a second of all threads together, by fused multiply-adds on registers alone.</summary>
    public static double Limit(int threads) => PeakFlops.Measure(threads) / 1e9;

    /// <summary>The head line of a page.</summary>
    public static string Describe(int threads, double limit, IReadOnlyList<Peer>? peers = null) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Processor()}, {Environment.ProcessorCount} processors; {DateTime.UtcNow:yyyy-MM-dd}; {threads} {(threads == 1 ? "thread" : "threads")}; "
        + $"{RuntimeInformation.FrameworkDescription}, vectors of {VectorWidth.Bits} bits; limit {limit:F0} GFLOP/s, measured."
        + $"{(peers is null ? "" : $" Beside: {string.Join("; ", peers)}.")}");

    /// <summary>The same where neither threads nor arithmetic count.</summary>
    public static string Describe() => string.Create(
        CultureInfo.InvariantCulture, $"{Processor()}, {Environment.ProcessorCount} processors; {DateTime.UtcNow:yyyy-MM-dd}; {RuntimeInformation.FrameworkDescription}.");

    private static string Processor()
    {
        const string file = "/proc/cpuinfo";
        string? line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
