namespace Unfold.Kernels.Convolution;

/// <summary>One spatial axis of a convolution: y[j] = sum over k of w[k] * x[j * Stride - Before + k * Dilation], where x is zero outside.</summary>
/// <param name="Input">Length of x.</param>
/// <param name="Output">Length of y, as the caller has it: the kernels do not ask how it came about.</param>
/// <param name="Kernel">Length of w.</param>
/// <param name="Stride">Elements of x from one y to the next, 1 or more.</param>
/// <param name="Dilation">Elements of x from one w to the next, 1 or more.</param>
/// <param name="Before">Zeros before x; negative where its first elements are left out.</param>
internal readonly record struct ConvolutionAxis(int Input, int Output, int Kernel, int Stride, int Dilation, int Before)
{
    /// <summary>An axis that is not there.</summary>
    public static ConvolutionAxis One => new(1, 1, 1, 1, 1, 0);

    /// <summary>Whether y[j] is a multiple of x[j].</summary>
    public bool IsPointwise => Kernel == 1 && Stride == 1 && Before == 0 && Input == Output;
}
