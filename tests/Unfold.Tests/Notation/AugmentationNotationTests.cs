using Unfold.Data.Augmentation;
using Unfold.Notation;

namespace Unfold.Tests.Notation;

public sealed class AugmentationNotationTests
{
    [Fact]
    public void EveryChangeOfImagesIsRead()
    {
        ImageAugmentation read = AugmentationNotation.ParseImages(
            "flip, flip vertical, flip 0.2 horizontal, rotate 10, scale 0.1, translate 2.5, crop 24x20, crop 16, pad 4, brightness 0.2, contrast 0.3, noise 0.02, cut_out 6");
        Assert.Equal(
        [
            new Flip(), new Flip(Vertical: true), new Flip(false, 0.2f), new Rotation(10), new Scaling(0.1f), new Translation(2.5f), new Crop(24, 20), new Crop(16, 16), new Pad(4),
            new Brightness(0.2f), new Contrast(0.3f), new Noise(0.02f), new CutOut(6),
        ], read.Transforms);
        Assert.Empty(AugmentationNotation.ParseImages(" # nothing\n").Transforms);
    }

    [Fact]
    public void EveryChangeOfSeriesIsRead() => Assert.Equal(
        [new Jitter(0.05f), new MagnitudeScaling(0.1f), new TimeWarp(0.2f), new WindowCrop(0.9f), new TimeMask(10)],
        AugmentationNotation.ParseSeries("jitter 0.05, scale 0.1, time_warp 0.2, window_crop 0.9, time_mask 10").Transforms);
}
