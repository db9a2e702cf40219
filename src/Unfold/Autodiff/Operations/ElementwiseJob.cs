using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Threading;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

/// <summary>
/// Runs a kernel over the elements of tensors of one length, on the team where they are many, and adds to the result where that is wanted.
/// An element's value depends on nothing but its operands, so any cut among threads gives the same bits.
/// </summary>
internal sealed unsafe class ElementwiseJob : TeamJob
{
    /// <summary>The floats of a tile: three of them stay in the L1 cache.</summary>
    private const int Tile = 1024;

    /// <summary>Below this length the caller does everything: waking others costs as much.</summary>
    private const int LeastShared = 1 << 15;

    [ThreadStatic]
    private static ElementwiseJob? _own;

    private delegate*<float*, float*, nint, void> _unary;
    private delegate*<float*, float*, nint, float, void> _unaryOf;
    private delegate*<float*, float*, float*, nint, void> _binary;
    private delegate*<float*, float*, float*, nint, float, void> _binaryOf;
    private float* _a;
    private float* _b;
    private float* _y;
    private int _length;
    private float _number;
    private bool _accumulate;

    /// <summary>y = kernel(x), or y += kernel(x).</summary>
    public static void Unary(delegate*<float*, float*, nint, void> kernel, Tensor x, Tensor y, bool accumulate = false)
    {
        ElementwiseJob job = Prepared();
        job._unary = kernel;
        job.Start(x.Span, default, y.Span, accumulate);
    }

    /// <summary>y = kernel(x, number), or y += kernel(x, number).</summary>
    public static void Unary(delegate*<float*, float*, nint, float, void> kernel, Tensor x, float number, Tensor y, bool accumulate = false)
    {
        ElementwiseJob job = Prepared();
        job._unaryOf = kernel;
        job._number = number;
        job.Start(x.Span, default, y.Span, accumulate);
    }

    /// <summary>y = kernel(a, b), or y += kernel(a, b).</summary>
    public static void Binary(delegate*<float*, float*, float*, nint, void> kernel, Tensor a, Tensor b, Tensor y, bool accumulate = false)
    {
        ElementwiseJob job = Prepared();
        job._binary = kernel;
        job.Start(a.Span, b.Span, y.Span, accumulate);
    }

    /// <summary>y = kernel(a, b, number), or y += kernel(a, b, number).</summary>
    public static void Binary(
        delegate*<float*, float*, float*, nint, float, void> kernel, Tensor a, Tensor b, float number, Tensor y, bool accumulate = false)
    {
        ElementwiseJob job = Prepared();
        job._binaryOf = kernel;
        job._number = number;
        job.Start(a.Span, b.Span, y.Span, accumulate);
    }

    /// <summary>y = factor * x, or y += factor * x.</summary>
    public static void Scale(Tensor x, float factor, Tensor y, bool accumulate = false) =>
        Unary(&Elementwise.Scale, x, factor, y, accumulate);

    /// <summary>Adds kernel(d) to an operand's gradient, if it needs one.</summary>
    public static void AddGradient(Tape tape, Tensor operand, delegate*<float*, float*, nint, void> kernel, Tensor d)
    {
        if (tape.NeedsGradient(operand))
            Unary(kernel, d, tape.GradientTarget(operand, out bool accumulate), accumulate);
    }

    /// <summary>Adds kernel(d, b) to an operand's gradient, if it needs one.</summary>
    public static void AddGradient(Tape tape, Tensor operand, delegate*<float*, float*, float*, nint, void> kernel, Tensor d, Tensor b)
    {
        if (tape.NeedsGradient(operand))
            Binary(kernel, d, b, tape.GradientTarget(operand, out bool accumulate), accumulate);
    }

    /// <summary>Adds kernel(d, b, number) to an operand's gradient, if it needs one.</summary>
    public static void AddGradient(
        Tape tape, Tensor operand, delegate*<float*, float*, float*, nint, float, void> kernel, Tensor d, Tensor b, float number)
    {
        if (tape.NeedsGradient(operand))
            Binary(kernel, d, b, number, tape.GradientTarget(operand, out bool accumulate), accumulate);
    }

    /// <inheritdoc/>
    protected internal override void Execute(int part, int partCount)
    {
        int blocks = (_length + HostStorage.Alignment - 1) / HostStorage.Alignment;
        int first = (int)((long)blocks * part / partCount) * HostStorage.Alignment;
        int end = Math.Min(_length, (int)((long)blocks * (part + 1) / partCount) * HostStorage.Alignment);
        if (!_accumulate)
        {
            Apply(first, _y + first, end - first);
            return;
        }

        float* tile = stackalloc float[Tile];
        for (int i = first; i < end; i += Tile)
        {
            int n = Math.Min(Tile, end - i);
            Apply(i, tile, n);
            Elementwise.Accumulate(tile, _y + i, n);
        }
    }

    private static ElementwiseJob Prepared()
    {
        ElementwiseJob job = _own ??= new ElementwiseJob();
        job._unary = null;
        job._unaryOf = null;
        job._binary = null;
        job._binaryOf = null;
        return job;
    }

    private void Start(Span<float> a, Span<float> b, Span<float> y, bool accumulate)
    {
        fixed (float* pa = a, pb = b, py = y)
        {
            _a = pa;
            _b = pb;
            _y = py;
            _length = y.Length;
            _accumulate = accumulate;
            if (_length < LeastShared)
                Execute(0, 1);
            else
                Team.Shared.Run(this, Team.Shared.Size);
        }
    }

    private void Apply(int first, float* y, int n)
    {
        if (_binary is not null)
            _binary(_a + first, _b + first, y, n);
        else if (_binaryOf is not null)
            _binaryOf(_a + first, _b + first, y, n, _number);
        else if (_unary is not null)
            _unary(_a + first, y, n);
        else
            _unaryOf(_a + first, y, n, _number);
    }
}
