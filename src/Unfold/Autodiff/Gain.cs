namespace Unfold.Autodiff;

/// <summary>
/// By how much to raise weights before an activation, so that a layer keeps the size of its inputs on the way through it: the <c>gain</c> of an
/// <see cref="Initializer"/>. PyTorch's figures. <see cref="Initializer.HeNormal"/> and <see cref="Initializer.HeUniform"/> have ReLU's already.
/// </summary>
public static class Gain
{
    /// <summary>For no activation, and for sigmoid: 1.</summary>
    public const double Linear = 1;

    /// <summary>For tanh: 5 / 3.</summary>
    public const double Tanh = 5.0 / 3;

    /// <summary>For ReLU, which lets half of the square through: sqrt 2 (He et al. 2015).</summary>
    public const double Relu = 1.4142135623730951;

    /// <summary>For leaky ReLU: <c>sqrt(2 / (1 + slope²))</c> (He et al. 2015, equation 15).</summary>
    /// <param name="slope">The slope below 0; 0.01 by default.</param>
    public static double LeakyRelu(double slope = 0.01) => Math.Sqrt(2 / (1 + slope * slope));
}
