namespace Unfold.Data.Augmentation;

/// <summary>Random changes of series, one after the other. What happens to a series is a function of the seed, the epoch and its number.</summary>
public sealed class SeriesAugmentation
{
    private readonly SeriesTransform[] _transforms;

    /// <summary>Puts changes in a row.</summary>
    /// <param name="transforms">The changes, the first made first; none leaves series as they are.</param>
    public SeriesAugmentation(params ReadOnlySpan<SeriesTransform> transforms)
    {
        _transforms = transforms.ToArray();
    }

    /// <summary>The changes, the first made first.</summary>
    public IReadOnlyList<SeriesTransform> Transforms => _transforms;

    /// <summary>Changes a series as in training.</summary>
    /// <param name="series">The values, <c>[T, C]</c>.</param>
    /// <param name="steps">T, 1 or more.</param>
    /// <param name="seed">The seed of all chance.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="index">The series' number in its data set.</param>
    /// <returns>The changed values, <c>[T, C]</c>.</returns>
    /// <exception cref="ArgumentException">The number of values is not a multiple of the steps.</exception>
    public float[] Apply(ReadOnlySpan<float> series, int steps, ulong seed, int epoch, int index)
    {
        if (steps < 1 || series.Length % steps != 0)
            throw new ArgumentException($"SeriesAugmentation expects a series [T={steps}, C], but got {series.Length} values, which is no multiple of {steps}.");
        SeriesBuffer buffer = new();
        buffer.Load(series, steps, series.Length / steps);
        Apply(buffer, seed, epoch, index);
        return buffer.Values.ToArray();
    }

    /// <summary>Changes the series in a buffer as in training.</summary>
    internal void Apply(SeriesBuffer buffer, ulong seed, long epoch, long index)
    {
        for (int i = 0; i < _transforms.Length; i++)
            _transforms[i].Apply(buffer, new Chance(seed, (uint)i, index, epoch));
    }
}
