using BenchmarkDotNet.Attributes;

namespace Unfold.Bench.Kernels;

/// <summary>The products of an LSTM with H = 256: one step, a sequence's input, and a weight gradient.</summary>
public class GemmBenchmarks
{
    private GemmCase _step = null!;
    private GemmCase _sequence = null!;
    private GemmCase _gradient = null!;

    [Params(1, 16, 32, 64)]
    public int Rows { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _step = new GemmCase(Rows, 1024, 256);
        _sequence = new GemmCase(Rows * 100, 1024, 256, transposedB: true);
        _gradient = new GemmCase(1024, 256, Rows * 100, transposedA: true);
    }

    [Benchmark]
    public void Step() => _step.Multiply();

    [Benchmark]
    public void Sequence() => _sequence.MultiplyParallel();

    [Benchmark]
    public void WeightGradient() => _gradient.MultiplyParallel();
}
