using Unfold.Data.Images;

namespace Unfold.Tests.Data.Images;

public sealed class ImageDatasetTests
{
    private static readonly ImageSize Size = new(2, 1, 2);

    [Fact]
    public void ASplitKeepsProportionsOrderAndEveryImage()
    {
        ImageDataset images = Numbered(100, index => index < 80 ? 0 : 1);
        (ImageDataset training, ImageDataset? held) = images.Split(0.25, 7);
        Assert.Equal((75, 25), (training.Count, held!.Count));
        Assert.Equal(20, Enumerable.Range(0, 25).Count(i => held.Label(i) == 0));
        int[] numbers = [.. Numbers(training).Concat(Numbers(held)).Order()];
        Assert.Equal(Enumerable.Range(0, 100), numbers);
        Assert.Equal(Numbers(held).Order(), Numbers(held));
        Assert.Equal(Numbers(held), Numbers(images.Split(0.25, 7).HeldOut!));
        Assert.NotEqual(Numbers(held), Numbers(images.Split(0.25, 8).HeldOut!));
        Assert.Null(images.Split(0, 1).HeldOut);
    }

    [Fact]
    public void NormalisationGivesMeanZeroAndDeviationOne()
    {
        byte[] pixels = [0, 255, 10, 10, 0, 255, 30, 30];
        ImageNormalization normalization = ImageNormalization.Of(new ImageDataset(pixels, [0, 0], ["a"], Size));
        float[] image = [0, 1, 10 / 255f, 30 / 255f];
        normalization.Apply(image, 2);
        Assert.Equal([-1f, 1f, -1f, 1f], image.Select(value => MathF.Round(value, 5)));
    }

    [Fact]
    public void AConstantChannelIsNotBlownUp()
    {
        ImageNormalization normalization = ImageNormalization.Of(new ImageDataset([5, 5, 7, 7], [0], ["a"], Size));
        Assert.All(normalization.Deviation, deviation => Assert.Equal(1f / 255, deviation, 6));
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        Assert.Contains("need 8 bytes of pixels, but there are 4", Assert.Throws<InputException>(() => new ImageDataset(new byte[4], [0, 0], ["a"], Size)).Message);
        Assert.Contains("image 1 has the label 1", Assert.Throws<InputException>(() => new ImageDataset(new byte[8], [0, 1], ["a"], Size)).Message);
        Assert.Throws<InputException>(() => new ImageDataset([], [], ["a"], Size));
    }

    private static ImageDataset Numbered(int count, Func<int, int> label) =>
        new([.. Enumerable.Range(0, count).SelectMany(index => new byte[] { (byte)index, 0, 0, 0 })], [.. Enumerable.Range(0, count).Select(label)], ["a", "b"], Size);

    private static IEnumerable<int> Numbers(ImageDataset images) => Enumerable.Range(0, images.Count).Select(i => (int)images.Pixels(i)[0]);
}
