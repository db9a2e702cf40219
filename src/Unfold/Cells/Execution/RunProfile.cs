using System.Diagnostics;

namespace Unfold.Cells.Execution;

/// <summary>What a thread does in a run.</summary>
internal enum Activity
{
    Products,
    Elementwise,
    Packing,
    WeightGradients,
    Waiting,
}

/// <summary>Adds up where the time of runs goes, a thread and activity each. Where there is none, a run asks for no time at all.</summary>
internal sealed class RunProfile
{
    private static readonly int Activities = Enum.GetValues<Activity>().Length;

    private readonly long[] _ticks = new long[64 * Activities];

    /// <summary>The profile to which runs add; null for none.</summary>
    public static RunProfile? Current { get; set; }

    /// <summary>When something begins; any number where nobody asks.</summary>
    public static long Now(RunProfile? profile) => profile is null ? 0 : Stopwatch.GetTimestamp();

    /// <summary>Adds the time since a beginning.</summary>
    public void Add(int thread, Activity activity, long started) =>
        _ticks[(thread * Activities + (int)activity) % _ticks.Length] += Stopwatch.GetTimestamp() - started;

    /// <summary>Seconds of all threads together.</summary>
    public double Seconds(Activity activity)
    {
        long sum = 0;
        for (int i = (int)activity; i < _ticks.Length; i += Activities)
            sum += _ticks[i];
        return (double)sum / Stopwatch.Frequency;
    }
}
