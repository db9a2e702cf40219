using BenchmarkDotNet.Attributes;
using Unfold.Kernels.Elementwise;

namespace Unfold.Bench.Kernels;

/// <summary>Elementwise functions over one tile that stays in the L1 cache.</summary>
public unsafe class ElementwiseBenchmarks
{
    private readonly AlignedBuffer _a = new(1024), _b = new(1024), _y = new(1024);

    [Params(256)]
    public int Length { get; set; }

    [Benchmark]
    public void Sigmoid() => Elementwise.Sigmoid(_a.Pointer, _y.Pointer, Length);

    [Benchmark]
    public void Tanh() => Elementwise.Tanh(_a.Pointer, _y.Pointer, Length);

    [Benchmark]
    public void Exp() => Elementwise.Exp(_a.Pointer, _y.Pointer, Length);

    [Benchmark]
    public void MultiplyAdd() => Elementwise.MultiplyAdd(_a.Pointer, _b.Pointer, _a.Pointer, _y.Pointer, Length);

    [Benchmark]
    public void SigmoidAdjoint() => Elementwise.SigmoidAdjoint(_a.Pointer, _b.Pointer, _y.Pointer, Length);
}
