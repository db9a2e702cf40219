using BenchmarkDotNet.Attributes;
using Unfold.Kernels.Optimizers;

namespace Unfold.Bench.Kernels;

/// <summary>One step of each optimizer on one thread, over parameters that fit the cache and over some that do not.</summary>
public unsafe class OptimizerBenchmarks
{
    private AlignedBuffer _parameters = null!, _gradients = null!, _first = null!, _second = null!;

    [Params(4096, 4 * 1024 * 1024)]
    public int Length { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _parameters = new AlignedBuffer(Length);
        _gradients = new AlignedBuffer(Length);
        _first = new AlignedBuffer(Length);
        _second = new AlignedBuffer(Length);

        // Squares are not negative.
        for (int i = 0; i < Length; i++)
            _second.Pointer[i] = Math.Abs(_second.Pointer[i]);
    }

    [Benchmark]
    public void Sgd() => Momentum.Descend(_parameters.Pointer, _gradients.Pointer, Length, 1e-4f, 0, 1);

    [Benchmark]
    public void SgdMomentum() => Momentum.Descend(_parameters.Pointer, _gradients.Pointer, _first.Pointer, Length, 1e-4f, 0, 1, 0.9f, nesterov: false);

    [Benchmark]
    public void Adam() =>
        Moments.Descend(_parameters.Pointer, _gradients.Pointer, _first.Pointer, _second.Pointer, Length, 1e-4f, 0, 0.1f, 0.999f, 0.001f, 1, 1e-8f, 1);

    [Benchmark]
    public double SumOfSquares() => Clipping.SumOfSquares(_gradients.Pointer, Length);
}
