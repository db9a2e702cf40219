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

    /// <summary>As many sequences as are shared by rows, and by halves, although they end at different steps.</summary>
    private static int[] Falling => [.. Enumerable.Range(0, 40).Select(i => 9 - (i / 6))];

    public void Dispose() => Team.SetSize(_before);

    /// <summary>However threads share a run, and whatever it keeps for the way back, the bits are the same for the same chunks.</summary>
    [Theory]
    [MemberData(nameof(Library))]
    public void Sharing_and_keeping_change_no_result(string name)
    {
        Team.SetSize(3);
        foreach ((int c, int h, int n, int t, int? chunk) in new (int, int, int, int, int?)[] { (5, 9, 7, 4, 1), (20, 70, 1, 8, 3), (3, 100, 26, 31, null), (100, 40, 5, 2, null), (5, 33, 37, 7, 3) })
        {
            foreach (int[] lengths in new int[][] { Equal(n, t), [.. Enumerable.Range(0, n).Select(i => t - i * (t - 1) / n)] })
                Check($"{name} C={c} H={h}", new ExecutorCase(Cell.Named(name), c, h), lengths, chunk);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Sharing_and_keeping_change_no_result_of_random_cells(int seed)
    {
        Team.SetSize(3);
        var random = new System.Random(seed);
        for (int i = 0; i < 50; i++)
        {
            string text = RandomCell.Next(random);
            var run = new ExecutorCase(Cell.Parse(text), 5, random.Next(2) == 0 ? 70 : 33);
            foreach (int[] lengths in new int[][] { Equal(26, 31), Falling })
                Check(text, run, lengths, random.Next(3) == 0 ? 2 : null);
        }
    }

    /// <summary>One sequence that is much longer than all others, so that the other half has no rows at the end; and steps with more rows than a block of products.</summary>
    [Theory]
    [InlineData("lstm")]
    [InlineData("fastgrnn")]
    public void Sharing_and_keeping_change_no_result_of_lopsided_halves(string name)
    {
        Team.SetSize(3);
        var run = new ExecutorCase(Cell.Named(name), 5, 20);
        Check(name, run, [31, .. Equal(47, 4)], 3);
        Check(name, run, [.. Equal(1100, 5), .. Equal(300, 2)], null);
        Check(name, run, [.. Equal(10, 40), .. Equal(1500, 1)], null);
    }

    /// <summary>
    /// Beside the loop there is nothing but whole rows here, and what a row adds to a number's gradient is added up from step to step. Where fewer sequences
    /// go on, a row has another thread, which must not be there before the last has left.
    /// </summary>
    [Fact]
    public void A_row_that_passes_to_another_thread_is_whole()
    {
        Team.SetSize(3);
        var run = new ExecutorCase(Cell.Parse("scalar s\nc' = tanh(V tanh(s * tanh(Y x))) * c + 0.2 * sigmoid(c)\nh' = tanh(W x + U h + c')\n"), 5, 70);
        for (int i = 0; i < 40; i++)
            Check("a row's sum", run, Falling, null);
    }

    private static int[] Equal(int n, int t) => [.. Enumerable.Repeat(t, n)];

    private static void Check(string name, ExecutorCase run, int[] lengths, int? chunk)
    {
        Dictionary<string, float[]> alone = run.Fast(lengths, training: true, new Partition(false, 1), RunMode.Train, chunk);
        Assert.All(alone, result => Assert.DoesNotContain(float.NaN, result.Value));
        foreach (Partition sharing in new[] { new Partition(false, 2), new Partition(false, 3), new Partition(false, 4), new Partition(true, 3), new Partition(true, 3, true), new Partition(true, 2), new Partition(true, 2, true, true), new Partition(true, 3, false, true) })
        {
            foreach (RunMode mode in Enum.GetValues<RunMode>())
            {
                foreach ((string what, float[] values) in run.Fast(lengths, training: true, sharing, mode, chunk))
                {
                    Assert.True(
                        alone[what].AsSpan().SequenceEqual(values),
                        $"{name}, {lengths.Length} sequences of {lengths[^1]} to {lengths[0]} steps, {sharing}, {mode}: {what} differs.");
                }
            }
        }
    }
}
