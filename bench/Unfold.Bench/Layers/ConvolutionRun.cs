using Unfold.Bench.Kernels;
using Unfold.Kernels.Convolution;

namespace Unfold.Bench.Layers;

/// <summary>A convolution with its tensors, ready to be run pass by pass.</summary>
internal sealed unsafe class ConvolutionRun
{
    private readonly ConvolutionSize _size;
    private readonly AlignedBuffer _x, _w, _b, _y, _dx, _dw, _db, _dy;

    public ConvolutionRun(ConvolutionSize size)
    {
        _size = size;
        long x = (long)size.N * size.C * size.InputPixels, y = (long)size.N * size.O * size.OutputPixels, w = (long)size.O * size.GroupC * size.Taps;
        (_x, _dx, _y, _dy) = (new AlignedBuffer(x), new AlignedBuffer(x), new AlignedBuffer(y), new AlignedBuffer(y));
        (_w, _dw, _b, _db) = (new AlignedBuffer(w), new AlignedBuffer(w), new AlignedBuffer(size.O), new AlignedBuffer(size.O));
    }

    /// <summary>The run of a pass: <c>forward</c>, <c>input</c>, <c>weights</c>, or <c>train</c> for all three.</summary>
    public Action Pass(string name) => name switch
    {
        "forward" => Forward,
        "input" => Input,
        "weights" => Weights,
        _ => All,
    };

    private void All()
    {
        Forward();
        Input();
        Weights();
    }

    private void Forward() => Convolution.Forward(_size, _x.Pointer, _w.Pointer, _b.Pointer, _y.Pointer, accumulate: false);

    private void Input() => Convolution.BackwardInput(_size, _dy.Pointer, _w.Pointer, null, _dx.Pointer, accumulate: false);

    private void Weights() => Convolution.BackwardWeights(_size, _x.Pointer, _dy.Pointer, _dw.Pointer, false, _db.Pointer, false);
}
