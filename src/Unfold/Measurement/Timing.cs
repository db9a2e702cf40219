using System.Diagnostics;

namespace Unfold.Measurement;

/// <summary>Milliseconds of a run that was repeated.</summary>
/// <param name="Median">The median of all runs.</param>
/// <param name="Least">The shortest.</param>
/// <param name="Most">The longest.</param>
public readonly record struct Timing(double Median, double Least, double Most)
{
    /// <summary>Repeats a run for some seconds and times each: at least three times, after one that is not counted.</summary>
    /// <param name="run">What is timed.</param>
    /// <param name="seconds">For how long; at least 0.</param>
    public static Timing Measure(Action run, double seconds)
    {
        ArgumentNullException.ThrowIfNull(run);
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

    /// <summary>Repeats a run, untimed, until its code is compiled for good and caches and clocks have settled.</summary>
    /// <param name="run">What is repeated, at least once.</param>
    /// <param name="seconds">For how long.</param>
    public static void WarmUp(Action run, double seconds = 0.4)
    {
        ArgumentNullException.ThrowIfNull(run);
        long start = Stopwatch.GetTimestamp();
        do
            run();
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
    }

    /// <summary>Several rounds in one: the median of their medians, the least and the most of all.</summary>
    /// <param name="rounds">At least one.</param>
    public static Timing Of(IReadOnlyCollection<Timing> rounds)
    {
        ArgumentNullException.ThrowIfNull(rounds);
        if (rounds.Count == 0)
            throw new ArgumentException("Timing.Of expects at least one round, but got none.");
        double[] medians = [.. rounds.Select(round => round.Median).Order()];
        return new Timing(medians[medians.Length / 2], rounds.Min(round => round.Least), rounds.Max(round => round.Most));
    }
}
