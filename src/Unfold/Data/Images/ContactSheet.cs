using Unfold.Data.Augmentation;

namespace Unfold.Data.Images;

/// <summary>A picture on which a person sees what augmentation does: a row for each image, first as it is, then as it is in some epochs.</summary>
public static class ContactSheet
{
    private const int Gap = 2;

    /// <summary>Draws images evenly taken from a data set into a PNG file.</summary>
    /// <param name="images">The data set.</param>
    /// <param name="augmentation">What is done to them; without any, every image is shown as it is only.</param>
    /// <param name="path">The file.</param>
    /// <param name="rows">How many images; 1 to 1000; fewer where the data set has fewer.</param>
    /// <param name="versions">How many epochs; 1 to 100.</param>
    /// <param name="seed">The seed of all chance, as in training.</param>
    /// <returns>The numbers of the images in their data set, from top to bottom.</returns>
    /// <exception cref="OptionException">A crop is larger than the images.</exception>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public static IReadOnlyList<int> Save(ImageDataset images, ImageAugmentation augmentation, string path, int rows = 12, int versions = 8, ulong seed = 1)
    {
        ArgumentNullException.ThrowIfNull(images);
        ArgumentNullException.ThrowIfNull(augmentation);
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, 1000);
        ArgumentOutOfRangeException.ThrowIfLessThan(versions, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(versions, 100);
        rows = Math.Min(rows, images.Count);
        ImageSize before = images.Size, after = augmentation.Output(before);
        versions = augmentation.Transforms.Count == 0 ? 0 : versions;
        int height = Math.Max(before.Height, after.Height) + Gap, width = after.Width + Gap;

        // The first column stands apart.
        int start = before.Width + 4 * Gap;
        Canvas canvas = new(start + versions * width, rows * height, Canvas.ScaleFor(Math.Max(height, width)));
        ImageBuffer buffer = new();
        int[] shown = [.. Enumerable.Range(0, rows).Select(row => (int)((long)row * images.Count / rows))];
        for (int row = 0; row < rows; row++)
        {
            buffer.Load(images.Pixels(shown[row]), before);
            canvas.Draw(Gap, row * height, before, buffer.Pixels);
            for (int version = 0; version < versions; version++)
            {
                buffer.Load(images.Pixels(shown[row]), before);
                augmentation.Apply(buffer, seed, version, shown[row]);
                canvas.Draw(start + version * width, row * height, after, buffer.Pixels);
            }
        }

        canvas.Save(path);
        return shown;
    }
}
