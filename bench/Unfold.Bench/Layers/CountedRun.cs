using System.Diagnostics;
using Unfold.Cells.Execution;

namespace Unfold.Bench.Layers;

/// <summary>One run of a layer and where its time went.</summary>
/// <param name="Seconds">How long it took.</param>
/// <param name="Profile">What its threads did.</param>
internal sealed record CountedRun(double Seconds, RunProfile Profile)
{
    /// <summary>Repeats a run for some seconds, at least three times, with counters of its own each.</summary>
    public static List<CountedRun> Repeat(Action run, double seconds)
    {
        var runs = new List<CountedRun>();
        long start = Stopwatch.GetTimestamp();
        try
        {
            while (runs.Count < 3 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds)
            {
                var profile = new RunProfile();
                RunProfile.Current = profile;
                long before = Stopwatch.GetTimestamp();
                run();
                runs.Add(new CountedRun(Stopwatch.GetElapsedTime(before).TotalSeconds, profile));
            }
        }
        finally
        {
            RunProfile.Current = null;
        }

        return runs;
    }
}
