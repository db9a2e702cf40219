namespace Unfold.Data.Images;

/// <summary>Images read from files: those to train on, and those to test on where the files say which they are.</summary>
/// <param name="Training">The images to train on.</param>
/// <param name="Test">The images to test on; null where the files name none.</param>
public sealed record ImageFiles(ImageDataset Training, ImageDataset? Test)
{
    /// <summary>
    /// Reads images: a directory of IDX files as MNIST's (<c>train-images…</c>, <c>train-labels…</c>, <c>t10k-…</c>, gzip or not); a directory with a directory of
    /// PNG files for each class, or with two such directories <c>train</c> and <c>test</c>; or a CSV file, each line a label and the pixels of a square image.
    /// </summary>
    /// <param name="path">A directory or a CSV file.</param>
    /// <returns>The images.</returns>
    /// <exception cref="InputException">Nothing of that is there, or what is there is damaged, inconsistent or of different sizes.</exception>
    public static ImageFiles Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (File.Exists(path))
            return new ImageFiles(CsvImages.Read(path), null);
        if (!Directory.Exists(path))
            throw new InputException($"Cannot read '{path}': there is no such file or directory.");
        if (IdxImages.Find(path) is { Count: > 0 } pairs)
            return IdxImages.Read(path, pairs);
        string train = Path.Combine(path, "train");
        string test = Path.Combine(path, "test");
        if (!Directory.Exists(train))
            return new ImageFiles(PngImages.Read(path, null), null);
        ImageDataset training = PngImages.Read(train, null);
        return new ImageFiles(training, Directory.Exists(test) ? PngImages.Read(test, training) : null);
    }

    /// <summary>Reads one PNG file as an image of a data set's size; colours become shades of grey, or the other way round, where they must.</summary>
    /// <param name="path">The file.</param>
    /// <param name="size">The size that it must have.</param>
    /// <returns>The bytes, <c>[C, H, W]</c>.</returns>
    /// <exception cref="InputException">The file cannot be read, is no PNG file, or of another size.</exception>
    public static byte[] LoadImage(string path, ImageSize size)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] pixels = new byte[size.Length];
        PngImages.ReadInto(pixels, path, size);
        return pixels;
    }
}
