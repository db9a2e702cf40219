using System.Diagnostics;

namespace Unfold.Bench;

/// <summary>Milliseconds of a run: the median of many, the least and the most.</summary>
internal readonly record struct Timing(double Median, double Least, double Most)
{
    /// <summary>Times runs for some seconds as the peers do: at least three after one that is not counted.</summary>
    public static Timing Measure(Action run, double seconds)
    {
        run();
        var times = new List<double>();
        long start = Stopwatch.GetTimestamp();
        while (times.Count < 3 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
        {
            long before = Stopwatch.GetTimestamp();
            run();
            times.Add(Stopwatch.GetElapsedTime(before).TotalMilliseconds);
        }

        times.Sort();
        return new Timing(times[times.Count / 2], times[0], times[^1]);
    }

    /// <summary>Runs until code is compiled for good and caches and clocks have settled.</summary>
    public static void WarmUp(Action run, double seconds = 0.4)
    {
        long start = Stopwatch.GetTimestamp();
        do
            run();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
    }

    /// <summary>The median of the rounds' medians, the least and the most of all.</summary>
    public static Timing Of(IReadOnlyCollection<Timing> rounds) =>
        new(Statistics.Median(rounds.Select(r => r.Median)), rounds.Min(r => r.Least), rounds.Max(r => r.Most));
}

/// <summary>Sums of measurements.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }

    public static double GeometricMean(IEnumerable<double> values)
    {
        double[] all = [.. values];
        return all.Length == 0 ? double.NaN : Math.Exp(all.Average(Math.Log));
    }
}
