using Unfold.Data.Images;

namespace Unfold.Tests.Models;

/// <summary>Pictures of bars, which are across or upright and anywhere in noise: easy for a convolution.</summary>
internal static class SmallImages
{
    internal static readonly ImageSize Size = new(1, 10, 12);

    internal static ImageFiles Files(int training = 160, int test = 60) => new(Images(training, 1), Images(test, 2));

    internal static ImageDataset Images(int count, int seed)
    {
        Random random = new(seed);
        byte[] pixels = new byte[count * Size.Length];
        int[] labels = new int[count];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)random.Next(60);
        for (int i = 0; i < count; i++)
        {
            labels[i] = i % 2;
            int y = random.Next(Size.Height - 5), x = random.Next(Size.Width - 5);
            for (int step = 0; step < 5; step++)
                pixels[i * Size.Length + (y + (labels[i] == 1 ? step : 2)) * Size.Width + x + (labels[i] == 1 ? 2 : step)] = 255;
        }

        return new ImageDataset(pixels, labels, ["across", "upright"], Size);
    }
}
