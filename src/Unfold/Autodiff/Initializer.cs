using System.Globalization;
using Unfold.Autodiff.Initializers;
using Unfold.Tensors;

namespace Unfold.Autodiff;

/// <summary>
/// How a parameter's first values are made: a pure function of the seed, the parameter's place and its shape, so that nothing depends on
/// the order in which parameters are filled.
/// </summary>
/// <remarks>
/// A weight is <c>[outputs, inputs]</c> or, of a convolution, <c>[O, C / groups, kernel sizes…]</c>. Its fan-in is the second axis times
/// the elements of a kernel, its fan-out the first axis times those, as PyTorch counts them; a vector <c>[n]</c> has n for both. For a
/// transposed convolution's weight, whose first two axes are exchanged, see <see cref="Transposed"/>. Gains for activations are in
/// <see cref="Gain"/>.
/// </remarks>
public abstract class Initializer
{
    /// <summary>All zeros.</summary>
    public static Initializer Zeros { get; } = new ConstantInitializer(0);

    /// <summary>All ones.</summary>
    public static Initializer Ones { get; } = new ConstantInitializer(1);

    /// <summary>Every element the same number.</summary>
    public static Initializer Constant(float value) => new ConstantInitializer(value);

    /// <summary>Independent numbers, uniform from <paramref name="low"/> to <paramref name="high"/>.</summary>
    public static Initializer Uniform(double low, double high) => new RandomInitializer(Distribution.Uniform, low, high);

    /// <summary>Independent numbers, normal with the given mean and standard deviation (not variance).</summary>
    public static Initializer Normal(double mean, double standardDeviation) => new RandomInitializer(Distribution.Normal, mean, standardDeviation);

    /// <summary>Independent numbers whose logarithms are uniform, from <paramref name="low"/> to <paramref name="high"/>, both above 0.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A bound is not above 0.</exception>
    public static Initializer LogUniform(double low, double high) => low > 0 && high > 0
        ? new RandomInitializer(Distribution.LogUniform, low, high)
        : throw new ArgumentOutOfRangeException(nameof(low), $"log_uniform expects bounds above 0, but got {low} and {high}.");

    /// <summary>
    /// Normal with mean 0 and variance <c>gain² / fan-in</c>, which keeps the variance of a linear layer's inputs (LeCun et al. 1998,
    /// section 4.6).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The gain is not above 0.</exception>
    public static Initializer LecunNormal(double gain = 1) => new FanInitializer(FanRule.Lecun, normal: true, gain);

    /// <summary>Uniform within <c>±gain sqrt(3 / fan-in)</c>: the variance of <see cref="LecunNormal"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The gain is not above 0.</exception>
    public static Initializer LecunUniform(double gain = 1) => new FanInitializer(FanRule.Lecun, normal: false, gain);

    /// <summary>
    /// Normal with mean 0 and variance <c>2 gain² / (fan-in + fan-out)</c>, between keeping the variance forwards and backwards; also
    /// called Xavier (Glorot and Bengio 2010, equation 12).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The gain is not above 0.</exception>
    public static Initializer GlorotNormal(double gain = 1) => new FanInitializer(FanRule.Glorot, normal: true, gain);

    /// <summary>
    /// Uniform within <c>±gain sqrt(6 / (fan-in + fan-out))</c>: the variance of <see cref="GlorotNormal"/> (Glorot and Bengio 2010,
    /// equation 16).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The gain is not above 0.</exception>
    public static Initializer GlorotUniform(double gain = 1) => new FanInitializer(FanRule.Glorot, normal: false, gain);

    /// <summary>
    /// Normal with mean 0 and variance <c>2 gain² / fan-in</c>: the gain of ReLU is in the 2. Also called Kaiming (He et al. 2015, equation
    /// 10); before a leaky ReLU of slope s the gain is <c>1 / sqrt(1 + s²)</c> (equation 15).
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The gain is not above 0.</exception>
    public static Initializer HeNormal(double gain = 1) => new FanInitializer(FanRule.He, normal: true, gain);

    /// <summary>Uniform within <c>±gain sqrt(6 / fan-in)</c>: the variance of <see cref="HeNormal"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The gain is not above 0.</exception>
    public static Initializer HeUniform(double gain = 1) => new FanInitializer(FanRule.He, normal: false, gain);

    /// <summary>
    /// Rows or columns, whichever are fewer, orthogonal, of length <c>gain</c>, and uniformly distributed over all such matrices; a
    /// convolution's weight is seen as <c>[outputs, everything else]</c> (Saxe et al. 2014). Cost: about 4 k² n multiply-adds for k vectors
    /// of n.
    /// </summary>
    /// <remarks>Filling a vector throws an <see cref="ArgumentException"/>.</remarks>
    public static Initializer Orthogonal(double gain = 1) => new OrthogonalInitializer(gain);

    /// <summary>
    /// Each output is <c>gain</c> times the input of the same number, as long as there is one: <c>W[i, i] = gain</c>, of a convolution at
    /// the middle of the kernel (what PyTorch calls Dirac), else 0 (Le et al. 2015).
    /// </summary>
    /// <remarks>Filling a vector throws an <see cref="ArgumentException"/>.</remarks>
    public static Initializer Identity(double gain = 1) => new IdentityInitializer(gain);

    /// <summary>
    /// Each element uniform in ±1 with the probability <c>density</c>, else 0, then all scaled so that the largest absolute eigenvalue is
    /// <c>radius</c>: the reservoir of an echo state network (Jaeger 2001). Cost: 24 n³ multiply-adds for a matrix <c>[n, n]</c>.
    /// </summary>
    /// <remarks>
    /// Filling what is no square matrix, or one that the density leaves without any cycle, throws an <see cref="ArgumentException"/>.
    /// </remarks>
    /// <param name="radius">The largest absolute eigenvalue; 0 or more.</param>
    /// <param name="density">The probability that an element is not 0: above 0 to 1, the default.</param>
    /// <exception cref="ArgumentOutOfRangeException">The radius is below 0, or the density not above 0 and at most 1.</exception>
    public static Initializer SpectralRadius(double radius, double density = 1) => radius >= 0 && density is > 0 and <= 1
        ? new SpectralRadiusInitializer(radius, density)
        : throw new ArgumentOutOfRangeException(
            nameof(radius), $"spectral_radius expects a radius of at least 0 and a density above 0 and at most 1, but got {radius} and {density}.");

    /// <summary>
    /// What <paramref name="inner"/> makes of a forward weight, with inputs and outputs exchanged: for a transposed convolution's weight
    /// <c>[C, O / groups, kernel sizes…]</c>, whose units read along the first axis. It gets the fans, or the orthogonality, of
    /// <c>[O, C / groups, kernel sizes…]</c>.
    /// </summary>
    /// <remarks>PyTorch counts a transposed weight's fans as if it were a forward one, which exchanges them.</remarks>
    /// <param name="inner">The initializer of the forward weight.</param>
    /// <param name="groups">The number of groups of the convolution; 1 by default.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no groups.</exception>
    public static Initializer Transposed(Initializer inner, int groups = 1)
    {
        ArgumentNullException.ThrowIfNull(inner);
        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        return new TransposedInitializer(inner, groups);
    }

    /// <summary>Writes the first values of a parameter.</summary>
    /// <param name="values">Every element, the last axis fastest; to be written wholly.</param>
    /// <param name="shape">The parameter's shape.</param>
    /// <param name="seed">What random values depend on.</param>
    /// <param name="place">A number that differs from parameter to parameter.</param>
    public abstract void Fill(Span<float> values, Shape shape, ulong seed, uint place);

    private sealed class ConstantInitializer(float value) : Initializer
    {
        public override void Fill(Span<float> values, Shape shape, ulong seed, uint place) => values.Fill(value);

        public override string ToString() => value.ToString(CultureInfo.InvariantCulture);
    }
}
