using System.Globalization;
using Unfold.Formats.Idx;

namespace Unfold.Data.Images;

/// <summary>A directory of IDX files: pairs of images and labels whose names differ in that word only.</summary>
internal static class IdxImages
{
    private const string ImagesWord = "images";
    private const string LabelsWord = "labels";
    private static readonly string[] Endings = ["idx3-ubyte", "idx3-ubyte.gz"];
    private static readonly string[] TestWords = ["t10k", "test"];

    /// <summary>The files of images of a directory, by name.</summary>
    internal static List<string> Find(string directory) =>
    [
        .. Directory.EnumerateFiles(directory)
            .Where(path => Path.GetFileName(path).Contains(ImagesWord, StringComparison.Ordinal) && Endings.Any(ending => path.Replace('.', '-').EndsWith(ending.Replace('.', '-'), StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Reads the pair to train on and, where there is one, the pair to test on.</summary>
    internal static ImageFiles Read(string directory, List<string> files)
    {
        string[] test = [.. files.Where(IsTest)];
        string[] training = [.. files.Where(path => !IsTest(path))];
        if (training.Length != 1 || test.Length > 1)
        {
            throw new InputException($"'{directory}' should have one IDX file of images to train on and at most one to test on (t10k or test in its name), but it has "
                + $"{training.Length} and {test.Length}: {string.Join(", ", files.Select(Path.GetFileName))}.");
        }

        ImageDataset trainingSet = ReadPair(training[0], null);
        if (test.Length == 0)
            return new ImageFiles(trainingSet, null);
        ImageDataset testSet = ReadPair(test[0], trainingSet);
        return new ImageFiles(trainingSet, testSet);
    }

    private static bool IsTest(string path) => TestWords.Any(word => Path.GetFileName(path).Contains(word, StringComparison.Ordinal));

    /// <summary>Reads images and labels; classes are those of the training images, where these are given.</summary>
    private static ImageDataset ReadPair(string imagesPath, ImageDataset? training)
    {
        string labelsPath = LabelsOf(imagesPath);
        IdxFile images = IdxFile.Read(imagesPath, 3);
        IdxFile labels = IdxFile.Read(labelsPath, 1);
        if (images.Sizes[0] != labels.Sizes[0])
            throw new InputException($"'{imagesPath}' has {images.Sizes[0]} images, but '{labelsPath}' has {labels.Sizes[0]} labels: there must be one for each.");
        ImageSize size = new(1, images.Sizes[1], images.Sizes[2]);
        int[] classOf = Array.ConvertAll(labels.Values, label => (int)label);
        if (training is null)
            return new ImageDataset(images.Values, classOf, [.. Enumerable.Range(0, classOf.Max() + 1).Select(label => label.ToString(CultureInfo.InvariantCulture))], size);
        if (size != training.Size)
            throw new InputException($"'{imagesPath}' has images of {size}, but those to train on are of {training.Size}.");
        int wrong = Array.FindIndex(classOf, label => label >= training.Classes.Count);
        return wrong < 0
            ? new ImageDataset(images.Values, classOf, training.Classes, size)
            : throw new InputException($"'{labelsPath}': image {wrong} has the label {classOf[wrong]}, but the images to train on have labels from 0 to {training.Classes.Count - 1}.");
    }

    /// <summary>The file of labels that belongs to a file of images; either may be packed.</summary>
    private static string LabelsOf(string imagesPath)
    {
        string folder = Path.GetDirectoryName(imagesPath)!;
        string name = Path.GetFileName(imagesPath).Replace(ImagesWord, LabelsWord, StringComparison.Ordinal).Replace("idx3", "idx1", StringComparison.Ordinal);
        string plain = name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name;
        string[] candidates = [name, plain, plain + ".gz"];
        return candidates.Select(candidate => Path.Combine(folder, candidate)).FirstOrDefault(File.Exists)
            ?? throw new InputException($"'{imagesPath}' has no labels: there is no file '{name}' beside it.");
    }
}
