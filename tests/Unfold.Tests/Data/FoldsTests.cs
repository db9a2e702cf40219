using FsCheck;
using FsCheck.Fluent;
using Unfold.Data;

namespace Unfold.Tests.Data;

public sealed class FoldsTests
{
    [Fact]
    public void Each_item_is_held_out_once_and_parts_and_classes_are_even() => Prop.ForAll(Problems(), problem =>
    {
        (int[] labels, int k, ulong seed) = problem;
        IReadOnlyList<Fold> folds = Folds.Of(labels, k, seed);
        bool once = folds.SelectMany(fold => fold.HeldOut).Order().SequenceEqual(Enumerable.Range(0, labels.Length));
        bool rest = folds.All(fold => fold.HeldOut.Concat(fold.Training).Order().SequenceEqual(Enumerable.Range(0, labels.Length)));
        bool isEven = Spread(folds, _ => true) <= 1 && labels.Distinct().All(label => Spread(folds, item => labels[item] == label) <= 1);
        return folds.Count == k && once && rest && isEven && Same(folds, Folds.Of(labels, k, seed));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void A_share_of_each_class_is_held_out() => Prop.ForAll(Problems(), problem =>
    {
        (int[] labels, int k, ulong seed) = problem;
        double share = 1.0 / k;
        Fold fold = Folds.HoldOut(labels, share, seed);
        bool whole = fold.HeldOut.Concat(fold.Training).Order().SequenceEqual(Enumerable.Range(0, labels.Length));
        bool size = fold.HeldOut.Count == Math.Clamp((int)Math.Round(labels.Length * share), 1, labels.Length - 1);
        bool classes = labels.GroupBy(label => label).All(group => Math.Abs(fold.HeldOut.Count(item => labels[item] == group.Key) - group.Count() * share) < 1);
        return whole && size && classes && Same([fold], [Folds.HoldOut(labels, share, seed)]);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_seed_decides()
    {
        Assert.False(Same(Folds.Of(50, 5, 1), Folds.Of(50, 5, 2)));
        Assert.False(Same([Folds.HoldOut(50, 0.2, 1)], [Folds.HoldOut(50, 0.2, 2)]));
        int[] heldOut = new int[40];
        for (ulong seed = 0; seed < 400; seed++)
        {
            foreach (int item in Folds.HoldOut(40, 0.25, seed).HeldOut)
                heldOut[item]++;
        }

        // Each item 100 times with a deviation of sqrt(400 · 0.25 · 0.75) = 8.7: five of them either way.
        Assert.All(heldOut, times => Assert.InRange(times, 57, 143));
    }

    [Fact]
    public void Impossible_divisions_are_refused()
    {
        Assert.Contains("3 folds and 2 items", Assert.Throws<ArgumentException>(() => Folds.Of(2, 3, 1)).Message);
        Assert.Throws<ArgumentException>(() => Folds.Of(5, 1, 1));
        Assert.Throws<ArgumentException>(() => Folds.Of(-1, 2, 1));
        Assert.Throws<ArgumentException>(() => Folds.HoldOut(1, 0.5, 1));
        Assert.Throws<ArgumentException>(() => Folds.HoldOut(5, 1, 1));
        Assert.Throws<ArgumentException>(() => Folds.HoldOut(5, double.NaN, 1));
    }

    [Fact]
    public void Batches_hold_each_item_once_in_another_order_in_each_epoch()
    {
        ShuffledBatches batches = new([3, 5, 7, 9, 11], 2, seed: 4);
        Assert.Equal((3, 2, 1), (batches.Count, batches[0].Length, batches[2].Length));
        int[][] epochs = [.. Enumerable.Range(0, 20).Select(epoch => Epoch(batches, epoch))];
        Assert.All(epochs, epoch => Assert.Equal([3, 5, 7, 9, 11], epoch.Order()));
        Assert.True(epochs.Select(epoch => string.Join(',', epoch)).Distinct().Count() > 10);
        Assert.Equal(epochs[7], Epoch(new ShuffledBatches([3, 5, 7, 9, 11], 2, seed: 4), 7));
        long before = GC.GetAllocatedBytesForCurrentThread();
        batches.BeginEpoch(1);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.Throws<ArgumentOutOfRangeException>(() => batches[3].Length);
        Assert.Throws<ArgumentException>(() => new ShuffledBatches(0, 1, 1));
        Assert.Throws<ArgumentException>(() => new ShuffledBatches(3, 0, 1));
    }

    private static int[] Epoch(ShuffledBatches batches, int epoch)
    {
        batches.BeginEpoch(epoch);
        return [.. Enumerable.Range(0, batches.Count).SelectMany(batch => batches[batch].ToArray())];
    }

    private static int Spread(IReadOnlyList<Fold> folds, Func<int, bool> counts)
    {
        int[] sizes = [.. folds.Select(fold => fold.HeldOut.Count(counts))];
        return sizes.Max() - sizes.Min();
    }

    private static bool Same(IReadOnlyList<Fold> a, IReadOnlyList<Fold> b) =>
        a.Zip(b).All(pair => pair.First.HeldOut.SequenceEqual(pair.Second.HeldOut) && pair.First.Training.SequenceEqual(pair.Second.Training));

    /// <summary>Labels, a number of folds, a seed.</summary>
    private static Arbitrary<(int[] Labels, int Folds, ulong Seed)> Problems() => Arb.From(
        from k in Gen.Choose(2, 7)
        from size in Gen.Choose(k, 60)
        from classes in Gen.Choose(1, 5)
        from labels in Gen.ArrayOf(Gen.Choose(0, classes), size)
        from seed in Gen.Choose(0, 1000)
        select (labels, k, (ulong)seed));
}
