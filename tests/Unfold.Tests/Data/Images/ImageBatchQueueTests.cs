using Unfold.Data.Augmentation;
using Unfold.Data.Images;
using Unfold.Kernels.Threading;

namespace Unfold.Tests.Data.Images;

[Collection(nameof(Team))] // runs alone: what other tests allocate would count
public sealed class ImageBatchQueueTests
{
    private const int Batch = 8;
    private static readonly ImageSize Size = new(1, 9, 7);
    private static readonly ImageDataset Data = Random(45);
    private static readonly ImageAugmentation Changes = new(new Rotation(20), new Noise(0.1f), new CutOut(3));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void BatchesDependNeitherOnThreadsNorOnWhereARunBegins(int threads)
    {
        float[][] expected = [.. Enumerable.Range(0, 20).Select(number => ByHand(number))];
        using ImageBatchQueue queue = Queue(threads);
        Assert.Equal(6, queue.BatchesPerEpoch);
        Assert.Equal([8, 8, 8, 8, 8, 5], Enumerable.Range(0, 6).Select(queue.ItemsInBatch));
        foreach (int number in new[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 2, 3, 3, 4, 19, 0 })
            Assert.Equal(expected[number], queue.Take(number).Images.Values.ToArray());
    }

    [Fact]
    public void AnEpochReadsEveryImageOnceInAnOrderOfItsOwn()
    {
        ImageOrder order = new(1000, 3);
        int[] first = order.Of(0).ToArray();
        int[] second = order.Of(1).ToArray();
        Assert.Equal(Enumerable.Range(0, 1000), first.Order());
        Assert.Equal(Enumerable.Range(0, 1000), second.Order());
        Assert.NotEqual(first, second);
        Assert.Equal(first, order.Of(0).ToArray());

        // A shuffle leaves one image in its place, on average.
        Assert.InRange(Enumerable.Range(0, 1000).Count(i => first[i] == i), 0, 8);
    }

    [Fact]
    public void AllocatesNothingOnceItRuns()
    {
        using ImageBatchQueue queue = Queue(2);
        for (int number = 0; number < 30; number++)
            queue.Take(number);
        long before = GC.GetTotalAllocatedBytes(precise: true);
        long least = long.MaxValue;
        for (int run = 1; run <= 5; run++)
        {
            for (int number = 30 * run; number < 30 * run + 30; number++)
                queue.Take(number);
            long now = GC.GetTotalAllocatedBytes(precise: true);
            least = Math.Min(least, now - before);
            before = now;
        }

        // The process has other threads, which may allocate at times; of five runs the least is the queue's own.
        Assert.Equal(0, least);
    }

    [Fact]
    public void WhatGoesWrongOnAnotherThreadIsThrownHere()
    {
        using ImageBatchQueue queue = new(Data, Changes, new ImageNormalization([], []), Batch, 1, 2);
        using ImageBatchQueue wrong = new(Data, Changes, new ImageNormalization([0, 0], [1, 1]), Batch, 1, 2);
        queue.Take(0);
        Assert.Throws<ArgumentOutOfRangeException>(() => wrong.Take(0));
    }

    private static ImageBatchQueue Queue(int threads) => new(Data, Changes, ImageNormalization.Of(Data), Batch, 1, threads);

    private static float[] ByHand(int number)
    {
        ImagePreparation preparation = new(Changes, ImageNormalization.Of(Data));
        int epoch = number / 6;
        int[] images = [.. new ImageOrder(Data.Count, 1).Of(epoch).ToArray().Skip(number % 6 * Batch).Take(Batch)];
        float[] all = new float[images.Length * Size.Length];
        for (int i = 0; i < images.Length; i++)
            preparation.Train(Data.Pixels(images[i]), Size, 1, epoch, images[i], all.AsSpan(i * Size.Length, Size.Length));
        return all;
    }

    private static ImageDataset Random(int count)
    {
        byte[] pixels = new byte[count * Size.Length];
        new Random(5).NextBytes(pixels);
        return new ImageDataset(pixels, [.. Enumerable.Range(0, count).Select(i => i % 3)], ["a", "b", "c"], Size);
    }
}
