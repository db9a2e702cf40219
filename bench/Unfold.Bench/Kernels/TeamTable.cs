using System.Diagnostics;
using Unfold.Kernels.Threading;

namespace Unfold.Bench.Kernels;

/// <summary>What the thread team costs by itself: runs of empty parts while its threads watch or sleep, and crossings of the barrier.</summary>
internal static class TeamTable
{
    /// <summary>Gaps between runs in microseconds: what a caller does alone, from nothing to longer than any watch.</summary>
    private static readonly int[] Gaps = [0, 5, 20, 50, 100, 200, 1000];

    public static void Print()
    {
        var team = Team.Shared;
        var empty = new EmptyJob();
        Console.WriteLine();
        Console.WriteLine($"team of {team.Size}: microseconds of a run of empty parts");
        Console.WriteLine("  after a gap of    median     90 %");
        foreach (int gap in Gaps)
        {
            var (median, most) = Runs(gap, () => team.Run(empty, team.Size));
            Console.WriteLine($"  {gap,8} us    {median,8:F2} {most,8:F2}");
        }

        Console.WriteLine("  together, 1 crossing");
        foreach (int gap in Gaps)
        {
            var job = new CrossingJob(1);
            var (median, most) = Runs(gap, () => team.RunTogether(job, team.Size));
            Console.WriteLine($"  {gap,8} us    {median,8:F2} {most,8:F2}");
        }

        var crossing = new CrossingJob(20_000);
        for (int i = 0; i < 5; i++) team.RunTogether(crossing, team.Size);
        var times = new List<double>();
        for (int i = 0; i < 40; i++)
        {
            long start = Stopwatch.GetTimestamp();
            team.RunTogether(crossing, team.Size);
            times.Add(Stopwatch.GetElapsedTime(start).TotalNanoseconds / crossing.Crossings);
        }

        times.Sort();
        Console.WriteLine($"barrier of {team.Size}: ns a crossing: median {times[times.Count / 2]:F0}, least {times[0]:F0}, most {times[^1]:F0}");
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
