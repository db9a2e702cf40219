using System.Globalization;
using Unfold.Kernels.Random;
using Unfold.Tensors;

namespace Unfold.Autodiff.Initializers;

/// <summary>A distribution of independent random numbers.</summary>
internal enum Distribution
{
    /// <summary>Uniform between two numbers.</summary>
    Uniform,

    /// <summary>Normal with mean and standard deviation.</summary>
    Normal,

    /// <summary>The exponential of a number that is uniform between two numbers' logarithms.</summary>
    LogUniform,
}

/// <summary>Independent random numbers, whatever the shape.</summary>
internal sealed class RandomInitializer : Initializer
{
    /// <summary>The sequence number of first values: dropout's and others' sequences are counted from 0 and never come here.</summary>
    public const ulong Sequence = ulong.MaxValue;

    private readonly Distribution _distribution;
    private readonly double _first;
    private readonly double _second;

    /// <summary>Between <paramref name="first"/> and <paramref name="second"/>, or normal with mean and standard deviation.</summary>
    public RandomInitializer(Distribution distribution, double first, double second)
    {
        _distribution = distribution;
        _first = first;
        _second = second;
    }

    /// <inheritdoc/>
    public override unsafe void Fill(Span<float> values, Shape shape, ulong seed, uint place)
    {
        if (_distribution == Distribution.Normal)
        {
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)(_first + _second * CountedRandom.Normal(seed, place, Sequence, 0, (uint)i));
            return;
        }

        fixed (float* first = values)
            CountedRandom.FillUniform(seed, place, Sequence, 0, first, values.Length);
        if (_distribution == Distribution.Uniform)
        {
            foreach (ref float value in values)
                value = (float)(_first + (_second - _first) * value);
            return;
        }

        double low = Math.Log(_first), high = Math.Log(_second);
        foreach (ref float value in values)
            value = (float)Math.Exp(low + (high - low) * value);
    }

    /// <summary>As in the cell language: <c>uniform(-0.1, 0.1)</c>.</summary>
    public override string ToString()
    {
        string name = _distribution switch { Distribution.Normal => "normal", Distribution.Uniform => "uniform", _ => "log_uniform" };
        return string.Create(CultureInfo.InvariantCulture, $"{name}({_first:g6}, {_second:g6})");
    }
}
