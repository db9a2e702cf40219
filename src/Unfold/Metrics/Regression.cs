namespace Unfold.Metrics;

/// <summary>
/// How far predicted numbers are from actual ones. Sums are in double. With y what was, p what was predicted and n numbers of each; numbers that are NaN
/// make the result NaN. Where scikit-learn has a metric, it is the same.
/// </summary>
public static class Regression
{
    /// <summary>2^-52: what scikit-learn divides by where the actual number is nearer to 0.</summary>
    private const double Least = 1.0 / (1L << 52);

    /// <summary>MSE: effectively computes <c>sum (y - p)² / n</c>.</summary>
    /// <param name="actual">What was.</param>
    /// <param name="predicted">What was predicted.</param>
    /// <exception cref="ArgumentException">There are no numbers, or not as many of both.</exception>
    public static double MeanSquaredError(ReadOnlySpan<float> actual, ReadOnlySpan<float> predicted) =>
        Mean(nameof(MeanSquaredError), actual, predicted, static (y, p) => (y - p) * (y - p));

    /// <summary>RMSE: effectively computes <c>sqrt(sum (y - p)² / n)</c>.</summary>
    /// <param name="actual">What was.</param>
    /// <param name="predicted">What was predicted.</param>
    /// <exception cref="ArgumentException">There are no numbers, or not as many of both.</exception>
    public static double RootMeanSquaredError(ReadOnlySpan<float> actual, ReadOnlySpan<float> predicted) =>
        Math.Sqrt(Mean(nameof(RootMeanSquaredError), actual, predicted, static (y, p) => (y - p) * (y - p)));

    /// <summary>MAE: effectively computes <c>sum |y - p| / n</c>.</summary>
    /// <param name="actual">What was.</param>
    /// <param name="predicted">What was predicted.</param>
    /// <exception cref="ArgumentException">There are no numbers, or not as many of both.</exception>
    public static double MeanAbsoluteError(ReadOnlySpan<float> actual, ReadOnlySpan<float> predicted) =>
        Mean(nameof(MeanAbsoluteError), actual, predicted, static (y, p) => Math.Abs(y - p));

    /// <summary>
    /// MAPE: effectively computes <c>sum |y - p| / |y| / n</c>, as a share: 0.1 is 10 %. Where y is 0 it divides by 2^-52, so that a single zero that is
    /// missed makes the result huge: use another metric where zeros occur.
    /// </summary>
    /// <param name="actual">What was.</param>
    /// <param name="predicted">What was predicted.</param>
    /// <exception cref="ArgumentException">There are no numbers, or not as many of both.</exception>
    public static double MeanAbsolutePercentageError(ReadOnlySpan<float> actual, ReadOnlySpan<float> predicted) =>
        Mean(nameof(MeanAbsolutePercentageError), actual, predicted, static (y, p) => Math.Abs(y - p) / Math.Max(Math.Abs(y), Least));

    /// <summary>
    /// sMAPE: effectively computes <c>sum 2 |y - p| / (|y| + |p|) / n</c>, from 0 to 2; a term with y = p = 0 is 0. Source: Makridakis et al. 2020, "The M4
    /// Competition", table 1, there times 100.
    /// </summary>
    /// <param name="actual">What was.</param>
    /// <param name="predicted">What was predicted.</param>
    /// <exception cref="ArgumentException">There are no numbers, or not as many of both.</exception>
    public static double SymmetricMeanAbsolutePercentageError(ReadOnlySpan<float> actual, ReadOnlySpan<float> predicted) =>
        Mean(nameof(SymmetricMeanAbsolutePercentageError), actual, predicted, static (y, p) => y == p ? 0 : 2 * Math.Abs(y - p) / (Math.Abs(y) + Math.Abs(p)));

    /// <summary>
    /// MASE: effectively computes the mean absolute error in units of that of the simplest forecast on the training series x of length T, "as a period
    /// before": <c>(sum |y - p| / n) / (sum over t from period to T - 1 of |x[t] - x[t - period]| / (T - period))</c>. Below 1 is better than that. Where the
    /// training series repeats itself exactly it is infinite, or NaN for a perfect forecast.
    /// </summary>
    /// <remarks>Source: Hyndman and Koehler 2006, "Another look at measures of forecast accuracy", section 3.</remarks>
    /// <param name="actual">What was.</param>
    /// <param name="predicted">What was predicted.</param>
    /// <param name="training">The series that was known when the forecast was made; longer than a period.</param>
    /// <param name="period">How far back the simplest forecast looks: 1 (default) for the last value, 12 for the month a year ago; 1 or more.</param>
    /// <exception cref="ArgumentException">There are no numbers, not as many of both, or the training series is not longer than a period.</exception>
    public static double MeanAbsoluteScaledError(ReadOnlySpan<float> actual, ReadOnlySpan<float> predicted, ReadOnlySpan<float> training, int period = 1)
    {
        if (period < 1 || training.Length <= period)
        {
            throw new ArgumentException($"MeanAbsoluteScaledError expects a period of 1 or more and a training series that is longer, but got period {period} and "
                + $"{training.Length} numbers.");
        }

        return MeanAbsoluteError(actual, predicted) / MeanAbsoluteError(training[period..], training[..^period]);
    }

    /// <summary>
    /// R², the coefficient of determination: effectively computes <c>1 - sum (y - p)² / sum (y - mean(y))²</c>. 1 is perfect, 0 as good as the mean, below 0
    /// worse. Where all y are equal it is 1 for a perfect prediction and else 0; NaN for fewer than two numbers.
    /// </summary>
    /// <param name="actual">What was.</param>
    /// <param name="predicted">What was predicted.</param>
    /// <exception cref="ArgumentException">There are no numbers, or not as many of both.</exception>
    public static double RSquared(ReadOnlySpan<float> actual, ReadOnlySpan<float> predicted)
    {
        double error = MeanSquaredError(actual, predicted);
        double mean = 0, variance = 0;
        foreach (float y in actual)
            mean += y;
        mean /= actual.Length;
        foreach (float y in actual)
            variance += (y - mean) * (y - mean);
        variance /= actual.Length;
        return actual.Length < 2 ? double.NaN
            : variance == 0 ? error == 0 ? 1 : double.IsNaN(error) ? double.NaN : 0
            : 1 - error / variance;
    }

    private static double Mean(string who, ReadOnlySpan<float> actual, ReadOnlySpan<float> predicted, Func<double, double, double> term)
    {
        if (actual.Length == 0 || actual.Length != predicted.Length)
            throw new ArgumentException($"{who} expects as many predicted numbers as actual ones, 1 or more, but got {actual.Length} actual and {predicted.Length} predicted.");
        double sum = 0;
        for (int i = 0; i < actual.Length; i++)
            sum += term(actual[i], predicted[i]);
        return sum / actual.Length;
    }
}
