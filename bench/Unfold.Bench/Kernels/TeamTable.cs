using System.Diagnostics;
using Unfold.Bench.Reporting;
using Unfold.Kernels.Threading;
using Unfold.Measurement;

namespace Unfold.Bench.Kernels;

/// <summary>What the thread team costs by itself: runs of empty parts while its threads watch or sleep, and crossings of the barrier.</summary>
internal static class TeamTable
{
    /// <summary>Gaps between runs in microseconds: what a caller does alone, from nothing to longer than any watch.</summary>
    private static readonly int[] Gaps = [0, 5, 20, 50, 100, 200, 1000];

    public static void Write(Results page)
    {
        var team = Team.Shared;
        var empty = new EmptyJob();
        var meeting = new CrossingJob(1);
        page.Line();
        page.Line("## The thread team");
        page.Line();
        page.Line("Microseconds of a run of empty parts after the caller has worked alone for some time: median, and what nine in ten stay below.");
        page.Line();
        page.Columns("gap, microseconds", "run", "nine in ten", "run with one meeting", "nine in ten");
        foreach (int gap in Gaps)
        {
            var (run, mostRun) = Runs(gap, () => team.Run(empty, team.Size));
            var (together, mostTogether) = Runs(gap, () => team.RunTogether(meeting, team.Size));
            page.Row($"{gap}", Results.Three(run), Results.Three(mostRun), Results.Three(together), Results.Three(mostTogether));
        }

        var crossing = new CrossingJob(20_000);
        var crossings = Timing.Measure(() => team.RunTogether(crossing, team.Size), 0.4);
        page.Line();
        page.Line($"A crossing of the barrier takes {crossings.Median * 1e6 / crossing.Crossings:F0} ns, the median of {crossing.Crossings} at a time.");
    }

    private static (double Median, double NineInTen) Runs(int gap, Action run)
    {
        var times = new List<double>();
        for (int i = 0; i < 2200; i++)
        {
            long before = Stopwatch.GetTimestamp();
            while (Stopwatch.GetElapsedTime(before).TotalMicroseconds < gap) Thread.SpinWait(1);
            long start = Stopwatch.GetTimestamp();
            run();
            if (i >= 200) times.Add(Stopwatch.GetElapsedTime(start).TotalMicroseconds);
        }

        times.Sort();
        return (times[times.Count / 2], times[times.Count * 9 / 10]);
    }

    private sealed class EmptyJob : TeamJob
    {
        protected internal override void Execute(int part, int partCount)
        {
        }
    }

    private sealed class CrossingJob(int crossings) : TogetherJob
    {
        public int Crossings => crossings;

        protected internal override void Execute(int part, int partCount)
        {
            for (int i = 0; i < crossings; i++) Barrier.Wait(part);
        }
    }
}
