using FsCheck;
using FsCheck.Fluent;
using Unfold.Data;

namespace Unfold.Tests.Data;

public sealed class TokenLanesTests
{
    [Fact]
    public void Lanes_are_contiguous_and_targets_are_the_next_tokens()
    {
        TokenLanes lanes = new([.. Enumerable.Range(0, 12)], 2, 3);
        Assert.Equal((5, 2, 3), (lanes.LaneLength, lanes.Chunks, lanes.LongestChunk));
        int[] inputs = new int[6];
        int[] targets = new int[6];
        Assert.Equal(2, lanes.Length(0));
        lanes.Read(0, inputs, targets);
        Assert.Equal([0, 5, 1, 6], inputs[..4]);
        Assert.Equal([1, 6, 2, 7], targets[..4]);
        Assert.Equal(3, lanes.Length(1));
        lanes.Read(1, inputs, targets);
        Assert.Equal([2, 7, 3, 8, 4, 9], inputs);
        Assert.Equal([3, 8, 4, 9, 5, 10], targets);
    }

    [Fact]
    public void Every_step_of_every_lane_is_read_once_in_order() => Prop.ForAll<PositiveInt, PositiveInt, PositiveInt>((length, laneCount, unroll) =>
    {
        int n = laneCount.Get;
        int[] tokens = [.. Enumerable.Range(0, length.Get + n)];
        TokenLanes lanes = new(tokens, n, unroll.Get);
        int[] inputs = new int[lanes.LongestChunk * n];
        int[] targets = new int[lanes.LongestChunk * n];
        List<int>[] read = [.. Enumerable.Range(0, n).Select(_ => new List<int>())];
        for (int chunk = 0; chunk < lanes.Chunks; chunk++)
        {
            lanes.Read(chunk, inputs, targets);
            if (lanes.Length(chunk) > unroll.Get || lanes.Length(chunk) < 1)
                return false;
            for (int i = 0; i < lanes.Length(chunk) * n; i++)
            {
                read[i % n].Add(inputs[i]);
                if (targets[i] != inputs[i] + 1)
                    return false;
            }
        }

        return lanes.Tokens == n * lanes.LaneLength && tokens.Length - 1 - lanes.Tokens < n
            && read.SelectMany(lane => lane).SequenceEqual(Enumerable.Range(0, (int)lanes.Tokens));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Too_few_tokens_are_refused() => Assert.Contains("3 tokens", Assert.Throws<ArgumentException>(() => new TokenLanes([1, 2, 3], 3, 1)).Message);
}
