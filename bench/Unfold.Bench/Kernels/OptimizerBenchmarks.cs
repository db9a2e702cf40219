using BenchmarkDotNet.Attributes;
using Unfold.Kernels.Optimizers;

namespace Unfold.Bench.Kernels;

/// <summary>One step of each optimizer on one thread, over parameters that fit the cache and over some that do not.</summary>
public unsafe class OptimizerBenchmarks
{
    private static readonly StepTerms Terms = new() { Rate = 1e-4f, Factor = 1, Shrink = 1, Limit = float.PositiveInfinity };

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
        {
            _first.Pointer[i] = Math.Abs(_first.Pointer[i]);
            _second.Pointer[i] = Math.Abs(_second.Pointer[i]);
        }
    }

    [Benchmark]
    public void Sgd() => Momentum.Descend(_parameters.Pointer, _gradients.Pointer, Length, Terms);

    [Benchmark]
    public void SgdMomentum() => Momentum.Descend(_parameters.Pointer, _gradients.Pointer, _first.Pointer, Length, Terms, 0.9f, nesterov: false);

    [Benchmark]
    public void Adam() =>
        Moments.Descend(_parameters.Pointer, _gradients.Pointer, _first.Pointer, _second.Pointer, Length, Terms, 0.1f, 0.999f, 0.001f, 1, 1e-8f);

    [Benchmark]
    public void AdamWithPenaltyAndLimit() =>
        Moments.Descend(_parameters.Pointer, _gradients.Pointer, _first.Pointer, _second.Pointer, Length, Terms with { L1 = 1e-5f, Limit = 1 }, 0.1f, 0.999f, 0.001f, 1, 1e-8f);

    [Benchmark]
    public void RmsProp() => Squares.Descend(_parameters.Pointer, _gradients.Pointer, _second.Pointer, null, null, Length, Terms, 0.99f, 0.01f, 1e-8f, 0);

    [Benchmark]
    public void AdaDelta() => SquaredSteps.Descend(_parameters.Pointer, _gradients.Pointer, _first.Pointer, _second.Pointer, Length, Terms, 0.9f, 0.1f, 1e-6f);

    [Benchmark]
    public double SumOfSquares() => Clipping.SumOfSquares(_gradients.Pointer, Length);
}
