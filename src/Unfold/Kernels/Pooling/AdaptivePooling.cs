using System.Runtime.CompilerServices;
using K = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Kernels.Pooling;

/// <summary>Means of as many windows as are wanted, which cover an axis evenly: window o of O over I elements is from floor(o I / O) to ceil((o + 1) I / O).</summary>
internal static unsafe class AdaptivePooling
{
    /// <summary>y [planes, output sizes] = the means of the windows of x [planes, input sizes].</summary>
    public static void Forward(AdaptiveShape shape, float* x, float* y, int planes)
    {
        for (int plane = 0; plane < planes; plane++, x += shape.InputLength)
        {
            for (int o = 0; o < shape.OutputLength; o++)
            {
                Window window = shape.WindowOf(o);
                float sum = 0;
                for (int d = window.FirstD; d < window.EndD; d++)
                {
                    for (int h = window.FirstH; h < window.EndH; h++)
                    {
                        float* row = x + (((nint)d * shape.InH) + h) * shape.InW;
                        for (int w = window.FirstW; w < window.EndW; w++) sum += row[w];
                    }
                }

                *y++ = sum / window.Count;
            }
        }
    }

    /// <summary>dx += the gradients of the means, each spread over its window, after setting dx to zero unless <paramref name="accumulate"/>.</summary>
    public static void Backward(AdaptiveShape shape, float* d, float* dx, int planes, bool accumulate)
    {
        for (int plane = 0; plane < planes; plane++, dx += shape.InputLength)
        {
            if (!accumulate) K.Fill(dx, shape.InputLength, 0);
            for (int o = 0; o < shape.OutputLength; o++)
            {
                Window window = shape.WindowOf(o);
                float share = *d++ / window.Count;
                for (int depth = window.FirstD; depth < window.EndD; depth++)
                {
                    for (int h = window.FirstH; h < window.EndH; h++)
                    {
                        float* row = dx + (((nint)depth * shape.InH) + h) * shape.InW;
                        for (int w = window.FirstW; w < window.EndW; w++) row[w] += share;
                    }
                }
            }
        }
    }
}

/// <summary>The sizes of an adaptive pooling's input and output, in three dimensions; axes that are not there are 1.</summary>
internal readonly record struct AdaptiveShape(int InD, int InH, int InW, int OutD, int OutH, int OutW)
{
    /// <summary>Elements of one channel of x.</summary>
    public int InputLength => InD * InH * InW;

    /// <summary>Elements of one channel of y.</summary>
    public int OutputLength => OutD * OutH * OutW;

    /// <summary>The window of an output, which is counted with the width fastest.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Window WindowOf(int output)
    {
        int w = output % OutW, h = output / OutW % OutH, d = output / OutW / OutH;
        return new Window(First(d, InD, OutD), End(d, InD, OutD), First(h, InH, OutH), End(h, InH, OutH), First(w, InW, OutW), End(w, InW, OutW));
    }

    private static int First(int o, int input, int output) => (int)((long)o * input / output);

    private static int End(int o, int input, int output) => (int)((((long)o + 1) * input + output - 1) / output);
}

/// <summary>A box of elements of a plane.</summary>
internal readonly record struct Window(int FirstD, int EndD, int FirstH, int EndH, int FirstW, int EndW)
{
    /// <summary>Its elements.</summary>
    public int Count => (EndD - FirstD) * (EndH - FirstH) * (EndW - FirstW);
}
