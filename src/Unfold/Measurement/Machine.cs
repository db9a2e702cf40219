using System.Globalization;
using System.Runtime.InteropServices;
using Unfold.Kernels;
using Unfold.Kernels.Simd;
using Unfold.Kernels.Threading;

namespace Unfold.Measurement;

/// <summary>What a speed is measured on, and what that could do at most.</summary>
/// <param name="Processor">The processor's name, or its architecture where the system does not tell.</param>
/// <param name="Processors">How many processors the system gives this process.</param>
/// <param name="VectorBits">The vector width of the kernels in bits; <c>UNFOLD_VECTOR_WIDTH</c> lowers it.</param>
/// <param name="Threads">The threads that share the work, <see cref="Unfold.Threads.Count"/>.</param>
/// <param name="Limit">
/// Billions of float32 operations a second of all threads together, measured by fused multiply-adds on registers alone: what no program exceeds.
/// </param>
public sealed record Machine(string Processor, int Processors, int VectorBits, int Threads, double Limit)
{
    /// <summary>Names the machine and measures its limit with the present number of threads, in some 50 milliseconds, or 200 where threads have no processor each to themselves.</summary>
    public static Machine Measure() => new(
        ProcessorName(), Environment.ProcessorCount, VectorWidth.Bits, Team.Shared.Size, PeakRate.Measure(Team.Shared.Size) / 1e9);

    /// <summary>The machine in one line.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Processor}, {Processors} {(Processors == 1 ? "processor" : "processors")}; {Threads} {(Threads == 1 ? "thread" : "threads")}; "
        + $"{RuntimeInformation.FrameworkDescription}, vectors of {VectorBits} bits; limit {Limit:F0} GFLOP/s");

    private static string ProcessorName()
    {
        const string file = "/proc/cpuinfo";
        string? line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line?.Split(':', 2)[1].Trim() ?? Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? RuntimeInformation.ProcessArchitecture.ToString();
    }
}
