using Unfold.Cells;
using Unfold.Cells.Execution;
using Unfold.Kernels.Threading;

namespace Unfold.Tests.Cells.Execution;

/// <summary>The ways in which threads share a run, against one thread.</summary>
[Collection(nameof(Team))]
public sealed class SharingTests : IDisposable
{
    private readonly int _before = Team.Shared.Size;

    public static TheoryData<string> Library => ExecutorTests.Library;

    public void Dispose() => Team.SetSize(_before);

    /// <summary>However threads share a run, and whatever it keeps for the way back, the bits are the same for the same chunks.</summary>
    [Theory]
    [MemberData(nameof(Library))]
    public void Sharing_and_keeping_change_no_result(string name)
    {
        Team.SetSize(3);
        foreach ((int c, int h, int n, int t, int? chunk) in new (int, int, int, int, int?)[] { (5, 9, 7, 4, 1), (20, 70, 1, 8, 3), (3, 100, 26, 31, null), (100, 40, 5, 2, null) })
        {
            foreach (int[] lengths in new int[][] { [.. Enumerable.Repeat(t, n)], [.. Enumerable.Range(0, n).Select(i => t - i * (t - 1) / n)] })
                Check(name, c, h, lengths, chunk);
        }
    }

    private static void Check(string name, int c, int h, int[] lengths, int? chunk)
    {
        var run = new ExecutorCase(Cell.Named(name), c, h);
        Dictionary<string, float[]> alone = run.Fast(lengths, training: true, new Partition(false, 1), RunMode.Train, chunk);
        foreach (Partition sharing in new[] { new Partition(false, 2), new Partition(false, 3), new Partition(true, 3), new Partition(true, 3, true), new Partition(true, 2), new Partition(true, 2, true, true), new Partition(true, 3, false, true) })
        {
            foreach (RunMode mode in Enum.GetValues<RunMode>())
            {
                foreach ((string what, float[] values) in run.Fast(lengths, training: true, sharing, mode, chunk))
                {
                    Assert.True(
                        alone[what].AsSpan().SequenceEqual(values),
                        $"{name} C={c} H={h}, {lengths.Length} sequences of {lengths[^1]} to {lengths[0]} steps, {sharing}, {mode}: {what} differs.");
                }
            }
        }
    }
}
