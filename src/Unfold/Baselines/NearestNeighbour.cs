using Unfold.Data.Sequences;

namespace Unfold.Baselines;

/// <summary>
/// One nearest neighbour: a series has the class of that series to learn from which is least far away; of equally near ones the first. The usual baseline for the classification of series
/// (Bagnall et al. 2017).
/// </summary>
public sealed class NearestNeighbour
{
    private readonly SequenceDataset _known;
    private readonly double? _window;
    private readonly float[][] _bounds = [];

    /// <summary>Remembers series.</summary>
    /// <param name="known">The series to learn from, with one label each.</param>
    /// <param name="window">
    /// By what share of the longer series' steps one may be ahead of the other (dynamic time warping), from 0 to 1; null (default) for the Euclidean distance, for which all series must have one length.
    /// </param>
    /// <exception cref="ArgumentException">The sequences are texts or have several labels, or the window is out of range.</exception>
    public NearestNeighbour(SequenceDataset known, double? window = null)
    {
        ArgumentNullException.ThrowIfNull(known);
        if (known.Input != SequenceInput.Series || known.HasSeveralLabels)
            throw new ArgumentException("NearestNeighbour expects series with one label each, but got texts, recordings or several labels.");
        if (window is < 0 or > 1 or double.NaN)
            throw new ArgumentException($"NearestNeighbour expects a window from 0 to 1, but got {window}.");
        (_known, _window) = (known, window);
        if (window is double share)
            _bounds = [.. Enumerable.Range(0, known.Count).Select(i => WarpingDistance.Envelope(known[i].Values, known.Width, Steps(share, known[i].Values.Length)))];
    }

    /// <summary>The class of a series.</summary>
    /// <param name="values">[T, C].</param>
    /// <returns>A place in the classes of the series to learn from.</returns>
    /// <exception cref="ArgumentException">The values are no whole steps, or the distance is Euclidean and the series has another length.</exception>
    public int Predict(ReadOnlySpan<float> values)
    {
        int width = _known.Width;
        if (values.IsEmpty || values.Length % width != 0)
            throw new ArgumentException($"NearestNeighbour expects steps of {width} values, but got {values.Length} values.");
        WarpingDistance warping = new(width);
        double least = double.PositiveInfinity;
        int nearest = 0;
        for (int i = 0; i < _known.Count; i++)
        {
            float[] other = _known[i].Values;
            double distance = _window is double share ? Warped(warping, values, other, i, share, least) : Straight(values, other, least);
            if (distance < least)
                (least, nearest) = (distance, i);
        }

        return _known[nearest].Labels[0];
    }

    /// <summary>The share of series whose class is found.</summary>
    /// <param name="series">The series, with the same classes.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="ArgumentException">A series has another width, or the distance is Euclidean and its length is another.</exception>
    public double Accuracy(SequenceDataset series, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(series);
        int right = 0;
        for (int i = 0; i < series.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            right += Predict(series[i].Values) == series[i].Labels[0] ? 1 : 0;
        }

        return (double)right / series.Count;
    }

    private int Steps(double share, int length) => (int)Math.Round(share * length / _known.Width, MidpointRounding.AwayFromZero);

    private double Warped(WarpingDistance warping, ReadOnlySpan<float> values, float[] other, int item, double share, double limit)
    {
        int window = Steps(share, Math.Max(values.Length, other.Length));
        return warping.Between(values, other, window, limit, other.Length == values.Length ? _bounds[item] : default);
    }

    private double Straight(ReadOnlySpan<float> values, float[] other, double limit)
    {
        const int Stretch = 64;
        if (values.Length != other.Length)
        {
            throw new ArgumentException($"NearestNeighbour with the Euclidean distance expects series of one length, but got {values.Length / _known.Width} steps beside "
                + $"{other.Length / _known.Width}. Give a window for dynamic time warping.");
        }

        double sum = 0;
        for (int i = 0; i < other.Length && sum < limit; i += Stretch)
        {
            int count = Math.Min(Stretch, other.Length - i);
            sum += WarpingDistance.Squared(values.Slice(i, count), other.AsSpan(i, count));
        }

        return sum;
    }
}
