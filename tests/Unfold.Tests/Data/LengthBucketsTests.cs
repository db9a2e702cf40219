using Unfold.Data;

namespace Unfold.Tests.Data;

public sealed class LengthBucketsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(10, 3)]
    [InlineData(12, 3)]
    [InlineData(1000, 7)]
    [InlineData(5, 100)]
    public void Each_epoch_has_every_sequence_once_and_batches_of_the_announced_sizes(int count, int batch)
    {
        int[] lengths = [.. Enumerable.Range(0, count).Select(i => 1 + (i * 7919 % 50))];
        LengthBuckets buckets = new(lengths, batch, 3);
        for (int epoch = 0; epoch < 3; epoch++)
        {
            buckets.BeginEpoch(epoch);
            List<int> seen = [];
            for (int i = 0; i < buckets.Count; i++)
            {
                Assert.Equal(buckets.ItemsIn(i), buckets[i].Length);
                seen.AddRange(buckets[i].ToArray());
            }

            Assert.Equal(Enumerable.Range(0, count), seen.Order());
        }
    }

    [Fact]
    public void Lengths_of_a_batch_are_alike_and_epochs_differ()
    {
        int[] lengths = [.. Enumerable.Range(0, 3000).Select(i => 1 + (i * 7919 % 100))];
        LengthBuckets buckets = new(lengths, 20, 1), same = new(lengths, 20, 1);
        int[] first = All(buckets);
        Assert.Equal(first, All(same));
        double padding = Enumerable.Range(0, buckets.Count).Sum(i => buckets[i].ToArray().Max(item => lengths[item]) * (double)buckets[i].Length) / lengths.Sum();
        Assert.InRange(padding, 1, 1.05);
        buckets.BeginEpoch(1);
        Assert.NotEqual(first, All(buckets));
        Assert.NotEqual(first.Take(20).Order(), All(buckets).Take(20).Order());
        buckets.BeginEpoch(0);
        Assert.Equal(first, All(buckets));
    }

    [Fact]
    public void Nothing_is_refused() => Assert.Throws<ArgumentException>(() => new LengthBuckets([], 1, 1));

    private static int[] All(LengthBuckets buckets) => [.. Enumerable.Range(0, buckets.Count).SelectMany(i => buckets[i].ToArray())];
}
