namespace Unfold.Kernels.Convolution;

/// <summary>
/// One axis of a pass from a source (x, or the gradient of y) to a target (y, or the gradient of x). Target elements p, p + Phases, … form phase p;
/// element p + Phases * i is a sum over the phase's taps of source element Begin + i * Stride + the tap's offset.
/// </summary>
/// <remarks>
/// Forward there is one phase. Backward through a stride s there are s, for which different elements of the kernel matter, and in each the source is
/// read without gaps.
/// </remarks>
internal sealed class PassAxis
{
    private int[] _kernels = [];
    private int[] _offsets = [];
    private int[] _starts = [];

    /// <summary>Length of the source.</summary>
    public int Source { get; private set; }

    /// <summary>Length of the target.</summary>
    public int Target { get; private set; }

    /// <summary>Interleaved parts of the target.</summary>
    public int Phases { get; private set; }

    /// <summary>Source elements from one element of a phase to the next.</summary>
    public int Stride { get; private set; }

    /// <summary>The source element that offset 0 of a phase's first element reads; may be negative, where the source is zero.</summary>
    public int Begin { get; private set; }

    /// <summary>The greatest offset of a tap.</summary>
    public int Reach { get; private set; }

    /// <summary>Elements of the longest phase.</summary>
    public int Count => (Target + Phases - 1) / Phases;

    /// <summary>From x to y.</summary>
    public void SetForward(ConvolutionAxis axis)
    {
        Reserve(axis.Kernel, 1);
        (Source, Target, Phases, Stride, Begin) = (axis.Input, axis.Output, 1, axis.Stride, -axis.Before);
        Reach = (axis.Kernel - 1) * axis.Dilation;
        for (int k = 0; k < axis.Kernel; k++) (_kernels[k], _offsets[k]) = (k, k * axis.Dilation);
        _starts[1] = axis.Kernel;
    }

    /// <summary>From the gradient of y to that of x: x[i] has a part in y[j] by w[k] where i + before - k * dilation = j * stride.</summary>
    public void SetBackward(ConvolutionAxis axis)
    {
        Reserve(axis.Kernel, axis.Stride);
        (Source, Target, Phases, Stride) = (axis.Output, axis.Input, axis.Stride, 1);
        int count = 0, least = int.MaxValue, most = int.MinValue;
        for (int phase = 0; phase < axis.Stride; phase++)
        {
            for (int k = axis.Kernel - 1; k >= 0; k--)
            {
                int place = phase + axis.Before - (k * axis.Dilation);
                int offset = (int)Math.Floor((double)place / axis.Stride);
                if (offset * axis.Stride != place) continue;
                (_kernels[count], _offsets[count]) = (k, offset);
                (least, most) = (Math.Min(least, offset), Math.Max(most, offset));
                count++;
            }

            _starts[phase + 1] = count;
        }

        (Begin, Reach) = (least, most - least);
        for (int i = 0; i < count; i++) _offsets[i] -= least;
    }

    /// <summary>The places in the kernel of a phase's taps.</summary>
    public ReadOnlySpan<int> Kernels(int phase) => _kernels.AsSpan(_starts[phase], _starts[phase + 1] - _starts[phase]);

    /// <summary>Their offsets, 0 or more, in ascending order.</summary>
    public ReadOnlySpan<int> Offsets(int phase) => _offsets.AsSpan(_starts[phase], _starts[phase + 1] - _starts[phase]);

    /// <summary>How many of a phase's elements from <paramref name="first"/> to <paramref name="end"/> the target has.</summary>
    public int CountOf(int phase, int first, int end) => Math.Max(0, Math.Min(end, (Target - phase + Phases - 1) / Phases) - first);

    private void Reserve(int kernel, int phases)
    {
        if (_kernels.Length < kernel) (_kernels, _offsets) = (new int[kernel], new int[kernel]);
        if (_starts.Length < phases + 1) _starts = new int[phases + 1];
    }
}
