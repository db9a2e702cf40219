using Unfold.Formats.Png;

namespace Unfold.Data.Images;

/// <summary>A directory of PNG files by class: a directory for each class, named as it.</summary>
internal static class PngImages
{
    /// <summary>Reads all images.</summary>
    /// <param name="directory">The directory of the classes' directories.</param>
    /// <param name="like">A data set whose classes and size these images must have; null where they have their own.</param>
    /// <exception cref="InputException">There are no images, one is damaged, or they differ in size.</exception>
    internal static ImageDataset Read(string directory, ImageDataset? like)
    {
        string[] folders = [.. Directory.EnumerateDirectories(directory).Where(folder => Files(folder).Any())];
        string[] classes = [.. folders.Select(folder => Path.GetFileName(folder)).OrderBy(name => name.All(char.IsAsciiDigit) ? name.Length : int.MaxValue).ThenBy(name => name, StringComparer.Ordinal)];
        if (classes.Length == 0)
            throw new InputException($"'{directory}' holds no images: neither IDX files (train-images-idx3-ubyte and train-labels-idx1-ubyte, .gz or not) nor a directory of PNG files for each class.");
        if (like is not null && classes.FirstOrDefault(name => !like.Classes.Contains(name)) is string strange)
            throw new InputException($"'{Path.Combine(directory, strange)}' is a class that the images to train on do not have: {string.Join(", ", like.Classes)}.");
        IReadOnlyList<string> known = like?.Classes ?? classes;
        List<(string Path, int Label)> files = [.. classes.SelectMany(name =>
            Files(Path.Combine(directory, name)).Order(StringComparer.Ordinal).Select(path => (path, known.ToList().IndexOf(name))))];

        // The headers first: memory is taken once, when all sizes are known to be equal.
        ImageSize size = like?.Size ?? SizeOf(files);
        if ((long)size.Length * files.Count > Array.MaxLength)
            throw new InputException($"'{directory}' holds {files.Count} images of {size}: together more than 2^31 bytes, which is more than a data set may have.");
        byte[] pixels = new byte[size.Length * files.Count];
        for (int i = 0; i < files.Count; i++)
            ReadInto(pixels.AsSpan(i * size.Length, size.Length), files[i].Path, size);
        return new ImageDataset(pixels, [.. files.Select(file => file.Label)], known, size);
    }

    /// <summary>Reads one image as the images of a data set are: colours become shades of grey, or the other way round, where they must.</summary>
    internal static void ReadInto(Span<byte> pixels, string path, ImageSize size)
    {
        PngHeader header = PngImage.ReadHeader(path);
        if (header.Height != size.Height || header.Width != size.Width)
            throw new InputException($"'{path}' is {header.Width} pixels wide and {header.Height} high, but {size.Width} by {size.Height} was expected: all images must have one size.");
        PngImage image = PngImage.Read(path);
        if (image.Channels == size.Channels)
        {
            image.Values.CopyTo(pixels);
            return;
        }

        int plane = size.Plane;
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = size.Channels == 3 ? image.Values[i % plane] : Grey(image.Values[i], image.Values[plane + i], image.Values[2 * plane + i]);
    }

    /// <summary>The luma of ITU-R BT.601.</summary>
    private static byte Grey(int red, int green, int blue) => (byte)((299 * red + 587 * green + 114 * blue + 500) / 1000);

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder).Where(path => path.EndsWith(".png", StringComparison.OrdinalIgnoreCase));

    /// <summary>The size of the first image; three channels where any image has colours.</summary>
    private static ImageSize SizeOf(List<(string Path, int Label)> files)
    {
        PngHeader first = PngImage.ReadHeader(files[0].Path);
        int channels = first.Channels;
        foreach ((string path, _) in files)
        {
            PngHeader header = PngImage.ReadHeader(path);
            if (header.Width != first.Width || header.Height != first.Height)
                throw new InputException($"'{path}' is {header.Width} pixels wide and {header.Height} high, but '{files[0].Path}' is {first.Width} by {first.Height}: all images must have one size.");
            channels = Math.Max(channels, header.Channels);
        }

        return new ImageSize(channels, first.Height, first.Width);
    }
}
