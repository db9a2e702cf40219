namespace Unfold.Data.Augmentation;

/// <summary>One random change of a series <c>[T, C]</c>, which keeps its length. What it does is a function of the seed, the epoch and the series' number.</summary>
public abstract record SeriesTransform
{
    private protected SeriesTransform()
    {
    }

    /// <summary>Changes a series.</summary>
    internal abstract void Apply(SeriesBuffer series, in Chance chance);

    /// <summary>Throws unless an amount is in range.</summary>
    private protected static T InRange<T>(bool inRange, T value, string what, string range) =>
        inRange ? value : throw new OptionException("Augmentation", $"{what} must be {range}, but is {value}.");
}

/// <summary>Adds to each value a number of its own of the normal distribution.</summary>
/// <param name="Deviation">Its standard deviation, in the series' own unit; 0 or more.</param>
/// <remarks>Source: Um et al., Data augmentation of wearable sensor data for Parkinson's disease monitoring, 2017.</remarks>
public sealed record Jitter(float Deviation) : SeriesTransform
{
    /// <summary>Its standard deviation; 0 or more.</summary>
    public float Deviation { get; } = InRange(Deviation >= 0 && float.IsFinite(Deviation), Deviation, "Jitter's deviation", "0 or more");

    /// <inheritdoc/>
    internal override void Apply(SeriesBuffer series, in Chance chance)
    {
        Span<float> normal = series.Scratch;
        chance.FillNormal(normal, series.MoreScratch);
        Span<float> values = series.Values;
        for (int i = 0; i < values.Length; i++)
            values[i] += Deviation * normal[i];
    }
}

/// <summary>Multiplies each channel by a factor of its own of the normal distribution about 1.</summary>
/// <param name="Deviation">The factors' standard deviation; 0 or more.</param>
/// <remarks>Source: Um et al. 2017, "scaling".</remarks>
public sealed record MagnitudeScaling(float Deviation) : SeriesTransform
{
    /// <summary>The factors' standard deviation; 0 or more.</summary>
    public float Deviation { get; } = InRange(Deviation >= 0 && float.IsFinite(Deviation), Deviation, "A scaling's deviation", "0 or more");

    /// <inheritdoc/>
    internal override void Apply(SeriesBuffer series, in Chance chance)
    {
        Span<float> normal = series.Scratch[..series.Channels];
        chance.FillNormal(normal, series.MoreScratch[..series.Channels]);
        Span<float> values = series.Values;
        for (int i = 0; i < values.Length; i++)
            values[i] *= 1 + Deviation * normal[i % series.Channels];
    }
}

/// <summary>
/// Lets time run faster here and slower there: the speed is a curve through four points, each drawn evenly from 1 - part to 1 + part; the first step stays
/// the first and the last the last.
/// </summary>
/// <param name="Part">The greatest change of speed; from 0 to below 1.</param>
/// <remarks>Source: Um et al. 2017, "time-warping".</remarks>
public sealed record TimeWarp(float Part) : SeriesTransform
{
    private const int Points = 4;

    /// <summary>The greatest change of speed; from 0 to below 1.</summary>
    public float Part { get; } = InRange(Part is >= 0 and < 1, Part, "A time warp", "from 0 to below 1");

    /// <inheritdoc/>
    internal override void Apply(SeriesBuffer series, in Chance chance)
    {
        int steps = series.Steps;
        if (steps < 3)
            return;
        Span<float> speeds = stackalloc float[Points];
        for (int point = 0; point < Points; point++)
            speeds[point] = chance.Between((uint)point, 1 - Part, 1 + Part);
        Span<float> times = series.MoreScratch[..steps];
        double time = 0;
        for (int t = 0; t < steps; t++)
        {
            times[t] = (float)time;
            float at = (t + 0.5f) / (steps - 1) * (Points - 1);
            int point = Math.Min((int)at, Points - 2);
            time += speeds[point] + (speeds[point + 1] - speeds[point]) * Math.Min(at - point, 1);
        }

        float scale = (steps - 1) / times[steps - 1];
        foreach (ref float t in times)
            t *= scale;
        series.Resample(times);
    }
}

/// <summary>Shows a window of the series, drawn anywhere, stretched to the whole length.</summary>
/// <param name="Part">The window's length as a part of the series; above 0, at most 1.</param>
/// <remarks>Source: Le Guennec, Malinowski and Tavenard, Data augmentation for time series classification using convolutional neural networks, 2016, "window slicing".</remarks>
public sealed record WindowCrop(float Part) : SeriesTransform
{
    /// <summary>The window's length as a part of the series; above 0, at most 1.</summary>
    public float Part { get; } = InRange(Part is > 0 and <= 1, Part, "A window", "above 0, at most 1");

    /// <inheritdoc/>
    internal override void Apply(SeriesBuffer series, in Chance chance)
    {
        int steps = series.Steps;
        if (steps < 2)
            return;
        float length = (steps - 1) * Part;
        float start = chance.Between(0, 0, steps - 1 - length);
        Span<float> times = series.MoreScratch[..steps];
        for (int t = 0; t < steps; t++)
            times[t] = start + length * t / (steps - 1);
        series.Resample(times);
    }
}

/// <summary>Sets a stretch of steps to zero in all channels; its length is drawn evenly from 0 to some steps.</summary>
/// <param name="Steps">The greatest length; 1 or more.</param>
/// <remarks>Source: Park et al., SpecAugment, 2019, "time masking".</remarks>
public sealed record TimeMask(int Steps) : SeriesTransform
{
    /// <summary>The greatest length; 1 or more.</summary>
    public int Steps { get; } = InRange(Steps >= 1, Steps, "A time mask", "1 step or more");

    /// <inheritdoc/>
    internal override void Apply(SeriesBuffer series, in Chance chance)
    {
        int length = chance.Below(0, Math.Min(Steps, series.Steps) + 1);
        int start = chance.Below(1, series.Steps - length + 1);
        series.Values.Slice(start * series.Channels, length * series.Channels).Clear();
    }
}

/// <summary>Moves all values by a number of channels that is drawn evenly from -most to most; the outermost channel is repeated. For channels that are neighbours, such as bands of frequency.</summary>
/// <param name="Channels">The greatest distance; 1 or more.</param>
/// <remarks>A voice with another vocal tract: after Jaitly and Hinton, Vocal tract length perturbation, 2013, in whole bands.</remarks>
public sealed record ChannelShift(int Channels) : SeriesTransform
{
    /// <summary>The greatest distance; 1 or more.</summary>
    public int Channels { get; } = InRange(Channels >= 1, Channels, "A channel shift", "1 channel or more");

    /// <inheritdoc/>
    internal override void Apply(SeriesBuffer series, in Chance chance)
    {
        int width = series.Channels, distance = chance.Below(0, (2 * Channels) + 1) - Channels;
        Span<float> before = series.Scratch[..width], values = series.Values;
        for (int t = 0; t < series.Steps; t++)
        {
            Span<float> step = values.Slice(t * width, width);
            step.CopyTo(before);
            for (int c = 0; c < width; c++)
                step[c] = before[Math.Clamp(c - distance, 0, width - 1)];
        }
    }
}

/// <summary>Sets some neighbouring channels to zero at all steps; how many is drawn evenly from 0 to a greatest number.</summary>
/// <param name="Channels">The greatest number; 1 or more.</param>
/// <remarks>Source: Park et al., SpecAugment, 2019, "frequency masking".</remarks>
public sealed record ChannelMask(int Channels) : SeriesTransform
{
    /// <summary>The greatest number; 1 or more.</summary>
    public int Channels { get; } = InRange(Channels >= 1, Channels, "A channel mask", "1 channel or more");

    /// <inheritdoc/>
    internal override void Apply(SeriesBuffer series, in Chance chance)
    {
        int width = series.Channels, count = chance.Below(0, Math.Min(Channels, width) + 1), first = chance.Below(1, width - count + 1);
        for (int t = 0; t < series.Steps; t++)
            series.Values.Slice((t * width) + first, count).Clear();
    }
}
