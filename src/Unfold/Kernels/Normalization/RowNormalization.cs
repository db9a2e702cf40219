using Unfold.Kernels.Threading;
using K = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Kernels.Normalization;

/// <summary>Rows brought to zero mean and unit variance, then scaled and shifted element by element, and the gradient through that.</summary>
/// <remarks>A row's result depends on that row alone.</remarks>
internal static unsafe class RowNormalization
{
    /// <summary>y = (x - mean) * inverse * gain + bias for each row, and its mean and the inverse of its deviation, side by side, in <paramref name="moments"/>.</summary>
    public static void Forward(float* x, float* gain, float* bias, float* y, float* moments, int rows, int columns, float epsilon)
    {
        for (int row = 0; row < rows; row++, x += columns, y += columns, moments += 2)
        {
            Standardization.Mean(x, moments, 1, columns);
            Standardization.InverseDeviation(x, moments, moments + 1, 1, columns, epsilon);
            Deviations.Normalize(x, gain, bias, y, columns, moments[0], moments[1]);
        }
    }

    /// <summary>
    /// The gradient of x, dx = inverse * (g - mean(g) - z * mean(g * z)) where g = d * gain and z is the normalised row, written or added.
    /// </summary>
    public static void Backward(float* d, float* x, float* gain, float* moments, float* dx, int rows, int columns, bool accumulate)
    {
        float* g = Scratch.Current.Reserve(columns);
        for (int row = 0; row < rows; row++, d += columns, x += columns, dx += columns, moments += 2)
        {
            (float mean, float inverse) = (moments[0], moments[1]);
            K.Multiply(d, gain, g, columns);
            float sum = K.Sum(g, columns), product = Deviations.Dot(g, x, mean, columns);
            float slope = -inverse * inverse * inverse * product / columns;
            Deviations.Combine(g, x, dx, columns, mean, inverse, slope, sum / columns, accumulate);
        }
    }

    /// <summary>The sums over some rows of d * z, z being the normalised rows, and of d: the gradients of gain and bias.</summary>
    public static void ParameterGradients(float* d, float* x, float* moments, float* gain, float* bias, int rows, int columns)
    {
        K.Fill(gain, columns, 0);
        K.Fill(bias, columns, 0);
        for (int row = 0; row < rows; row++, d += columns, x += columns, moments += 2)
        {
            Deviations.AddProduct(d, x, gain, columns, moments[0], moments[1]);
            K.Accumulate(d, bias, columns);
        }
    }
}
