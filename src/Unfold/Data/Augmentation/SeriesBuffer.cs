namespace Unfold.Data.Augmentation;

/// <summary>A series on its way through transforms, <c>[T, C]</c>, with memory for each step. Its length never changes.</summary>
internal sealed class SeriesBuffer
{
    private float[] _current = [];
    private float[] _other = [];
    private float[] _more = [];

    /// <summary>T.</summary>
    internal int Steps { get; private set; }

    /// <summary>C.</summary>
    internal int Channels { get; private set; }

    /// <summary>The values at the moment.</summary>
    internal Span<float> Values => _current.AsSpan(0, Steps * Channels);

    /// <summary>Memory as large as the series.</summary>
    internal Span<float> Scratch => _other.AsSpan(0, Steps * Channels);

    /// <summary>More memory as large as the series.</summary>
    internal Span<float> MoreScratch => _more.AsSpan(0, Steps * Channels);

    /// <summary>Begins with a series.</summary>
    internal void Load(ReadOnlySpan<float> values, int steps, int channels)
    {
        if (_current.Length < values.Length)
        {
            _current = new float[values.Length];
            _other = new float[values.Length];
            _more = new float[values.Length];
        }

        values.CopyTo(_current);
        Steps = steps;
        Channels = channels;
    }

    /// <summary>Takes the value at a time of its own for each step, by linear interpolation between the two nearest.</summary>
    /// <param name="times">For each step a time from 0 to T - 1.</param>
    internal void Resample(ReadOnlySpan<float> times)
    {
        Span<float> to = _other.AsSpan(0, Steps * Channels);
        for (int t = 0; t < Steps; t++)
        {
            int before = Math.Clamp((int)times[t], 0, Steps - 1);
            int after = Math.Min(before + 1, Steps - 1);
            float part = Math.Clamp(times[t] - before, 0, 1);
            for (int c = 0; c < Channels; c++)
            {
                float value = _current[before * Channels + c];
                to[t * Channels + c] = value + (_current[after * Channels + c] - value) * part;
            }
        }

        (_current, _other) = (_other, _current);
    }
}
