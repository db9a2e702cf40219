using BenchmarkDotNet.Attributes;
using Unfold.Kernels.Threading;

namespace Unfold.Bench.Kernels;

/// <summary>
/// The products of an LSTM with H = 256 and C = 128 over 100 steps of 64 sequences, and square ones, beside OpenBLAS: all threads, packing included. Where
/// OpenBLAS is absent, its rows say NA, and why stands in the log.
/// </summary>
public class GemmBenchmarks
{
    private readonly int _threads = Team.Shared.Size;
    private GemmCase _case = null!;

    [ParamsSource(nameof(Shapes))]
    public GemmShape Shape { get; set; } = null!;

    public static IEnumerable<GemmShape> Shapes =>
    [
        new(1, 1024, 256), new(64, 1024, 256), // a step of one sequence, and of 64
        new(6400, 1024, 128, TransposedB: true), // the input of all steps
        new(64, 256, 1024), new(1024, 256, 6400, TransposedA: true), // the gradients of h and of the weights
        new(512, 512, 512), new(1024, 1024, 1024),
    ];

    [GlobalSetup(Target = nameof(MultiplyUnfold))]
    public void Setup() => _case = new GemmCase(Shape);

    [GlobalSetup(Target = nameof(MultiplyOpenBlas))]
    public void SetupOpenBlas()
    {
        if (OpenBlas.Absent is string reason)
            throw new InvalidOperationException($"OpenBLAS: absent ({reason})");
        Setup();
    }

    [Benchmark(Baseline = true, Description = "Unfold")]
    public void MultiplyUnfold() => _case.MultiplyParallel();

    [Benchmark(Description = "OpenBLAS")]
    public void MultiplyOpenBlas() => _case.MultiplyOpenBlas(_threads);
}
