using System.Globalization;
using Unfold.Tensors;

namespace Unfold.Autodiff;

/// <summary>
/// How a parameter's first values are made: a pure function of the seed, the parameter's place and its shape, so that nothing depends on
/// the order in which parameters are filled.
/// </summary>
public abstract class Initializer
{
    /// <summary>All zeros.</summary>
    public static Initializer Zeros { get; } = new ConstantInitializer(0);

    /// <summary>All ones.</summary>
    public static Initializer Ones { get; } = new ConstantInitializer(1);

    /// <summary>Every element the same number.</summary>
    public static Initializer Constant(float value) => new ConstantInitializer(value);

    /// <summary>Independent numbers, uniform from <paramref name="low"/> to <paramref name="high"/>.</summary>
    public static Initializer Uniform(double low, double high) => new RandomInitializer(normal: false, low, high);

    /// <summary>Independent numbers, normal with the given mean and standard deviation (not variance).</summary>
    public static Initializer Normal(double mean, double standardDeviation) => new RandomInitializer(normal: true, mean, standardDeviation);

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
