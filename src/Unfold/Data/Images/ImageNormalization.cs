namespace Unfold.Data.Images;

/// <summary>What brings pixels to mean 0 and deviation 1, channel by channel: effectively <c>(v / 255 - mean) / deviation</c>.</summary>
/// <param name="Mean">Each channel's mean, of pixels from 0 to 1.</param>
/// <param name="Deviation">Each channel's standard deviation; above 0.</param>
public sealed record ImageNormalization(IReadOnlyList<float> Mean, IReadOnlyList<float> Deviation)
{
    /// <summary>Below this a channel is as good as constant and is not blown up.</summary>
    private const double LeastDeviation = 1.0 / 255;

    /// <summary>Measures the images that a model is trained on; those it is tested on must not be among them.</summary>
    /// <param name="images">The images.</param>
    /// <returns>Mean and deviation of each channel over all pixels.</returns>
    public static ImageNormalization Of(ImageDataset images)
    {
        ArgumentNullException.ThrowIfNull(images);
        int channels = images.Size.Channels;
        int plane = images.Size.Plane;
        long[] sums = new long[channels];
        long[] squares = new long[channels];
        for (int i = 0; i < images.Count; i++)
        {
            ReadOnlySpan<byte> pixels = images.Pixels(i);
            for (int c = 0; c < channels; c++)
            {
                foreach (byte value in pixels.Slice(c * plane, plane))
                {
                    sums[c] += value;
                    squares[c] += value * value;
                }
            }
        }

        double count = (double)images.Count * plane;
        float[] mean = new float[channels];
        float[] deviation = new float[channels];
        for (int c = 0; c < channels; c++)
        {
            double m = sums[c] / count;
            mean[c] = (float)(m / 255);
            deviation[c] = (float)Math.Max(LeastDeviation, Math.Sqrt(Math.Max(0, squares[c] / count - m * m)) / 255);
        }

        return new ImageNormalization(mean, deviation);
    }

    /// <summary>Changes an image in place from pixels of 0 to 1.</summary>
    internal void Apply(Span<float> image, int plane)
    {
        for (int c = 0; c < Mean.Count; c++)
        {
            float scale = 1 / Deviation[c];
            float shift = -Mean[c] * scale;
            foreach (ref float value in image.Slice(c * plane, plane))
                value = value * scale + shift;
        }
    }
}
