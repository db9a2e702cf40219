using System.Globalization;
using Unfold.Kernels.Random;
using Unfold.Tensors;

namespace Unfold.Autodiff;

/// <summary>Independent random numbers, uniform or normal, whatever the shape.</summary>
internal sealed class RandomInitializer : Initializer
{
    /// <summary>The sequence number of first values: dropout's and others' sequences are counted from 0 and never come here.</summary>
    public const ulong Sequence = ulong.MaxValue;

    private readonly bool _normal;
    private readonly double _first;
    private readonly double _second;

    /// <summary>Uniform from <paramref name="first"/> to <paramref name="second"/>, or normal with mean and standard deviation.</summary>
    public RandomInitializer(bool normal, double first, double second)
    {
        _normal = normal;
        _first = first;
        _second = second;
    }

    /// <inheritdoc/>
    public override unsafe void Fill(Span<float> values, Shape shape, ulong seed, uint place)
    {
        if (_normal)
        {
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)(_first + _second * CountedRandom.Normal(seed, place, Sequence, 0, (uint)i));
            return;
        }

        fixed (float* first = values)
            CountedRandom.FillUniform(seed, place, Sequence, 0, first, values.Length);
        foreach (ref float value in values)
            value = (float)(_first + (_second - _first) * value);
    }

    /// <summary>As in the cell language: <c>uniform(-0.1, 0.1)</c>.</summary>
    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(_normal ? "normal" : "uniform")}({_first:g6}, {_second:g6})");
}
