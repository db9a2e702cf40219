using Unfold.Data.Augmentation;
using Unfold.Data.Images;

namespace Unfold.Tests.Data.Augmentation;

public sealed class ImageAugmentationTests
{
    private static readonly ImageSize Size = new(2, 5, 4);
    private static readonly byte[] Image = [.. Enumerable.Range(0, 40).Select(i => (byte)(i * 6 + 5))];
    private static readonly float[] Plain = [.. Image.Select(value => value * (1f / 255))];

    [Fact]
    public void FlipsMoveEveryPixelExactly()
    {
        float[] sideways = Apply(new Flip(Vertical: false, Probability: 1));
        float[] upsideDown = Apply(new Flip(Vertical: true, Probability: 1));
        for (int c = 0; c < 2; c++)
        {
            for (int y = 0; y < 5; y++)
            {
                for (int x = 0; x < 4; x++)
                {
                    Assert.Equal(At(c, y, 3 - x), sideways[(c * 5 + y) * 4 + x]);
                    Assert.Equal(At(c, 4 - y, x), upsideDown[(c * 5 + y) * 4 + x]);
                }
            }
        }

        Assert.Equal(Plain, Apply(new Flip(false, 1), new Flip(false, 1)));
    }

    [Fact]
    public void AFlipComesAsOftenAsItsProbability()
    {
        int flipped = Enumerable.Range(0, 2000).Count(index => Apply(index, new Flip(false, 0.3f))[0] != Plain[0]);
        Assert.InRange(flipped, 2000 * 0.3 - 4 * Math.Sqrt(2000 * 0.21), 2000 * 0.3 + 4 * Math.Sqrt(2000 * 0.21));
    }

    [Fact]
    public void AmountsOfNothingChangeNothing()
    {
        Assert.Equal(Plain, Apply(new Rotation(0), new Scaling(0), new Translation(0), new Brightness(0), new Pad(0), new Crop(5, 4), new Noise(0)));
        Assert.All(Plain.Zip(Apply(new Contrast(0))), pair => Assert.Equal(pair.First, pair.Second, 6));
    }

    [Fact]
    public void RotationAgreesWithThePlainFormula()
    {
        // One bright pixel right of the centre of a square image: its place says by which angle the image was turned.
        ImageSize square = new(1, 41, 41);
        byte[] image = new byte[square.Length];
        image[20 * 41 + 35] = 255;
        double greatest = 0;
        for (int index = 0; index < 200; index++)
        {
            float[] turned = new ImageAugmentation(new Rotation(30)).Apply(image, square, 1, 0, index);
            double x = 0, y = 0, sum = 0;
            for (int at = 0; at < turned.Length; at++)
            {
                sum += turned[at];
                x += turned[at] * (at % 41 - 20);
                y += turned[at] * (at / 41 - 20);
            }

            double angle = Math.Atan2(y, x) * 180 / Math.PI;
            Assert.InRange(angle, -31, 31);
            Assert.InRange(Math.Sqrt(x * x + y * y) / sum, 14.3, 15.7);
            greatest = Math.Max(greatest, Math.Abs(angle));
        }

        Assert.InRange(greatest, 27, 31);
    }

    [Fact]
    public void GeometricChangesAreResampledOnceAndInTheirOrder()
    {
        // Shifting, then turning by half a circle, is turning, then shifting the other way: maps composed in the wrong order would differ.
        Affine shift = new(1, 0, 1, 0, 1, 2), half = new(-1, 0, 0, 0, -1, 0);
        Assert.Equal(new Affine(-1, 0, 1, 0, -1, 2), shift.After(half));
        Assert.Equal(new Affine(-1, 0, -1, 0, -1, -2), half.After(shift));
    }

    [Fact]
    public void TranslationByWholePixelsCopies()
    {
        float[] moved = new float[40];
        new Affine(1, 0, 1, 0, 1, -2).Resample(Plain, moved, Size);
        for (int c = 0; c < 2; c++)
        {
            for (int y = 0; y < 5; y++)
            {
                for (int x = 0; x < 4; x++)
                    Assert.Equal(y < 2 || x > 2 ? 0 : At(c, y - 2, x + 1), moved[(c * 5 + y) * 4 + x]);
            }
        }
    }

    [Fact]
    public void ScalingKeepsTheCentreAndTheTotalInProportion()
    {
        ImageSize square = new(1, 61, 61);
        byte[] image = new byte[square.Length];
        for (int y = 20; y <= 40; y++)
            image.AsSpan(y * 61 + 20, 21).Fill(200);
        List<double> ratios = [.. Enumerable.Range(0, 300).Select(index => Math.Sqrt(new ImageAugmentation(new Scaling(0.3f)).Apply(image, square, 2, 0, index).Sum() / (21 * 21 * 200 / 255.0)))];
        Assert.InRange(ratios.Min(), 0.69, 0.73);
        Assert.InRange(ratios.Max(), 1.27, 1.31);
        Assert.InRange(ratios.Average(), 0.97, 1.03);
    }

    [Fact]
    public void CropsAndPadsChangeTheSizeInTrainingAndOtherwise()
    {
        ImageAugmentation changes = new(new Pad(3), new Crop(6, 5));
        Assert.Equal(new ImageSize(2, 6, 5), changes.Output(Size));
        HashSet<string> seen = [.. Enumerable.Range(0, 500).Select(index => string.Join(' ', changes.Apply(Image, Size, 1, 0, index)))];

        // 11 x 10 pixels have 6 x 6 places for a crop of 6 x 5.
        Assert.Equal(36, seen.Count);
        ImageBuffer buffer = new();
        buffer.Load(Image, Size);
        changes.ApplyWithoutChance(buffer);
        Assert.Equal(new ImageSize(2, 6, 5), buffer.Size);
        Assert.Equal(0, buffer.Pixels[0]);
        Assert.Equal(At(0, 0, 0), buffer.Pixels[1 * 5 + 1]);
        Assert.Equal(At(1, 4, 3), buffer.Pixels[30 + 5 * 5 + 4]);
    }

    [Fact]
    public void ACropLargerThanTheImageIsRefused() =>
        Assert.Contains("5x4 there", Assert.Throws<OptionException>(() => new ImageAugmentation(new Crop(6, 4)).Output(Size)).Message);

    [Fact]
    public void BrightnessAddsOneNumberAndContrastKeepsTheMean()
    {
        byte[] middle = [.. Enumerable.Range(0, 40).Select(i => (byte)(100 + i))];
        float[] before = [.. middle.Select(value => value / 255f)];
        float[] brighter = new ImageAugmentation(new Brightness(0.2f)).Apply(middle, Size, 1, 0, 0);
        Assert.All(brighter.Zip(before, (after, value) => after - value), change => Assert.Equal(brighter[0] - before[0], change, 5));
        Assert.InRange(Math.Abs(brighter[0] - before[0]), 0.001, 0.2);
        float[] contrast = new ImageAugmentation(new Contrast(0.5f)).Apply(middle, Size, 1, 0, 0);
        Assert.Equal(before.Average(), contrast.Average(), 5);
        Assert.NotEqual(before[0], contrast[0], 3);
    }

    [Fact]
    public void NoiseIsNormal()
    {
        ImageSize large = new(1, 200, 200);
        float[] noisy = new ImageAugmentation(new Noise(0.05f)).Apply([.. Enumerable.Repeat((byte)128, large.Length)], large, 1, 0, 0);
        double[] changes = [.. noisy.Select(value => (value - 128 / 255.0) / 0.05)];
        Assert.InRange(changes.Average(), -0.02, 0.02);
        Assert.InRange(changes.Select(value => value * value).Average(), 0.97, 1.03);
        Assert.InRange(changes.Count(value => Math.Abs(value) < 1) / (double)changes.Length, 0.673, 0.693);
        Assert.InRange(changes.Count(value => Math.Abs(value) > 3) / (double)changes.Length, 0.0015, 0.004);
    }

    [Fact]
    public void ACutOutBlackensASquareInAllChannels()
    {
        float[] cut = Apply(new CutOut(2));
        int[] black = [.. Enumerable.Range(0, 40).Where(i => cut[i] == 0)];
        Assert.InRange(black.Length, 2, 8);
        Assert.Equal(black.Where(i => i < 20).Select(i => i + 20), black.Where(i => i >= 20));
        Assert.All(Enumerable.Range(0, 40).Except(black), i => Assert.Equal(Plain[i], cut[i]));
    }

    [Fact]
    public void ChanceDependsOnSeedEpochAndImageAndOnNothingElse()
    {
        ImageAugmentation changes = new(new Rotation(10), new Noise(0.02f));
        float[] one = changes.Apply(Image, Size, 1, 2, 3);
        Assert.Equal(one, changes.Apply(Image, Size, 1, 2, 3));
        Assert.NotEqual(one, changes.Apply(Image, Size, 9, 2, 3));
        Assert.NotEqual(one, changes.Apply(Image, Size, 1, 9, 3));
        Assert.NotEqual(one, changes.Apply(Image, Size, 1, 2, 9));
    }

    [Fact]
    public void AmountsOutOfRangeAreRefused()
    {
        Assert.Equal("A rotation must be from 0 to 180 degrees, but is 181.", Assert.Throws<OptionException>(() => new Rotation(181)).Message);
        Assert.Throws<OptionException>(() => new Scaling(1));
        Assert.Throws<OptionException>(() => new Noise(float.NaN));
        Assert.Throws<OptionException>(() => new CutOut(0));
    }

    private static float[] Apply(params ReadOnlySpan<ImageTransform> transforms) => Apply(0, transforms);

    private static float[] Apply(int index, params ReadOnlySpan<ImageTransform> transforms) => new ImageAugmentation(transforms).Apply(Image, Size, 1, 0, index);

    private static float At(int c, int y, int x) => Plain[(c * 5 + y) * 4 + x];
}
