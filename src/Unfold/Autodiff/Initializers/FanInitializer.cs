using System.Globalization;
using Unfold.Kernels.Random;
using Unfold.Tensors;

namespace Unfold.Autodiff.Initializers;

/// <summary>Which of a weight's fans its variance is counted by.</summary>
internal enum FanRule
{
    /// <summary>gain² / fan-in.</summary>
    Lecun,

    /// <summary>2 gain² / (fan-in + fan-out).</summary>
    Glorot,

    /// <summary>2 gain² / fan-in.</summary>
    He,
}

/// <summary>
/// Independent random numbers of mean 0, uniform or normal, with a variance that depends on how many units a unit reads and is read by.
/// </summary>
internal sealed class FanInitializer : Initializer
{
    private readonly FanRule _rule;
    private readonly bool _normal;
    private readonly double _gain;

    public FanInitializer(FanRule rule, bool normal, double gain)
    {
        if (!(gain > 0) || double.IsInfinity(gain))
            throw new ArgumentOutOfRangeException(nameof(gain), $"{Name(rule, normal)} expects a gain above 0, but got {gain}.");
        _rule = rule;
        _normal = normal;
        _gain = gain;
    }

    /// <inheritdoc/>
    public override unsafe void Fill(Span<float> values, Shape shape, ulong seed, uint place)
    {
        double variance = VarianceOf(shape);
        if (_normal)
        {
            double deviation = Math.Sqrt(variance);
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)(deviation * CountedRandom.Normal(seed, place, RandomInitializer.Sequence, 0, (uint)i));
            return;
        }

        // A uniform number within ±b has the variance b² / 3.
        double bound = Math.Sqrt(3 * variance);
        fixed (float* first = values)
            CountedRandom.FillUniform(seed, place, RandomInitializer.Sequence, 0, first, values.Length);
        foreach (ref float value in values)
            value = (float)(bound * (2 * (double)value - 1));
    }

    /// <summary>Such as <c>he_normal</c>, and the gain if it is not 1.</summary>
    public override string ToString() =>
        Name(_rule, _normal) + (_gain == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $"(gain {_gain:g6})"));

    private static string Name(FanRule rule, bool normal) => $"{rule.ToString().ToLowerInvariant()}_{(normal ? "normal" : "uniform")}";

    private double VarianceOf(Shape shape)
    {
        Fans fans = Fans.Of(shape);
        double perUnit = _rule switch
        {
            FanRule.Lecun => 1.0 / Math.Max(1, fans.In),
            FanRule.He => 2.0 / Math.Max(1, fans.In),
            _ => 2.0 / Math.Max(1, fans.In + fans.Out),
        };
        return _gain * _gain * perUnit;
    }
}
