namespace Unfold.Kernels.Convolution;

/// <summary>Convolutions in single precision, from and to plain [N, C, D, H, W]: forward and both backward passes, on the team.</summary>
/// <remarks>
/// Two ways, chosen by the channels of a group alone. Where a group has many target channels, vectors go over channels (<see cref="ChannelsLastJob"/>,
/// <see cref="WeightGradientJob"/>); where it has few, over pixels (<see cref="DirectJob"/>, <see cref="DirectWeightJob"/>). No matrix of columns is ever made. Each element of
/// y and of the gradient of x is one chain of multiply-adds in an order that depends on channels and kernel alone: its bits do not depend on the batch, on its place or on threads.
/// </remarks>
internal static unsafe class Convolution
{
    /// <summary>Multiplications below which waking the team may cost more than it gives.</summary>
    public const long WorthSharing = 1 << 18;

    /// <summary>y = the convolution of x with w, plus the bias, which may be null; or += if <paramref name="accumulate"/>, without a bias.</summary>
    public static void Forward(in ConvolutionSize size, float* x, float* w, float* bias, float* y, bool accumulate) =>
        Run(size.Simplified(), backward: false, x, w, bias, y, accumulate);

    /// <summary>
    /// dx = the gradient of x for the gradient dy, or += if <paramref name="accumulate"/>. With a bias [C], which may be null, added to every pixel of dx, this is also the
    /// transposed convolution of dy.
    /// </summary>
    public static void BackwardInput(in ConvolutionSize size, float* dy, float* w, float* bias, float* dx, bool accumulate) =>
        Run(size.Simplified(), backward: true, dy, w, bias, dx, accumulate);

    /// <summary>
    /// dw = the gradient of w for the gradient dy, or += if <paramref name="accumulate"/>; and likewise db, the sum of dy over images and pixels, unless that is null.
    /// </summary>
    public static void BackwardWeights(in ConvolutionSize size, float* x, float* dy, float* dw, bool accumulate, float* db, bool accumulateBias)
    {
        var simple = size.Simplified();
        if (IsDirect(simple.GroupO)) DirectWeightJob.Current.Run(simple, x, dy, dw, accumulate, db, accumulateBias);
        else WeightGradientJob.Current.Run(simple, x, dy, dw, accumulate, db, accumulateBias);
    }

    /// <summary>db = the sum over images and pixels of dy [images, channels, pixels], or +=, alone.</summary>
    public static void BackwardBias(int images, int channels, int pixels, float* dy, float* db, bool accumulate)
    {
        for (int channel = 0; channel < channels; channel++)
        {
            float sum = 0;
            for (int n = 0; n < images; n++) sum += Elementwise.Elementwise.Sum(dy + ((((nint)n * channels) + channel) * pixels), pixels);
            db[channel] = accumulate ? db[channel] + sum : sum;
        }
    }

    private static void Run(in ConvolutionSize size, bool backward, float* source, float* w, float* bias, float* target, bool accumulate)
    {
        if (IsDirect(backward ? size.GroupC : size.GroupO)) DirectJob.Current.Run(size, backward, source, w, bias, target, accumulate);
        else ChannelsLastJob.Current.Run(size, backward, source, w, bias, target, accumulate);
    }

    /// <summary>Whether more than half of a vector over target channels would be empty.</summary>
    private static bool IsDirect(int targets) => targets * 4 <= Gemm.Gemm.ColumnTile;
}
