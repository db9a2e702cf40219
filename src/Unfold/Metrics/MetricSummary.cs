namespace Unfold.Metrics;

/// <summary>A metric over several runs, such as those of different seeds or folds.</summary>
/// <param name="Name">The metric's name.</param>
/// <param name="Mean">The mean of its values.</param>
/// <param name="Deviation">Their sample standard deviation, <c>sqrt(sum (v - mean)² / (n - 1))</c>; NaN for a single one.</param>
/// <param name="Count">n, how many runs have it.</param>
public readonly record struct MetricSummary(string Name, double Mean, double Deviation, int Count)
{
    /// <summary>Puts the metrics of several runs together.</summary>
    /// <param name="runs">Each run's values by the metrics' names.</param>
    /// <returns>A summary of each metric that any run has, in the order of the first that has it; of a metric that some lack, over the others.</returns>
    public static IReadOnlyList<MetricSummary> Of(IEnumerable<IReadOnlyDictionary<string, double>> runs) =>
        [.. runs.SelectMany(run => run).GroupBy(metric => metric.Key, metric => metric.Value).Select(group => Of(group.Key, [.. group]))];

    /// <summary>As in <c>0.9731 ± 0.0042</c>.</summary>
    public override string ToString() => Count > 1 ? $"{Mean:F4} ± {Deviation:F4}" : $"{Mean:F4}";

    private static MetricSummary Of(string name, double[] values)
    {
        double mean = values.Average();
        double squares = values.Sum(value => (value - mean) * (value - mean));
        return new MetricSummary(name, mean, values.Length > 1 ? Math.Sqrt(squares / (values.Length - 1)) : double.NaN, values.Length);
    }
}
