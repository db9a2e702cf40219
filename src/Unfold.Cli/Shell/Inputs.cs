using System.Globalization;
using Unfold.Data;
using Unfold.Data.Images;
using Unfold.Data.Music;
using Unfold.Data.Sequences;
using Unfold.Data.Tagging;
using Unfold.Models;

namespace Unfold.Cli.Shell;

/// <summary>Opens what a command names. A name of nothing is a mistake in the command; what is wrong inside is told by the library.</summary>
internal static class Inputs
{
    public static LanguageModel Model(string path)
    {
        RequireFile(path);
        return LanguageModel.Load(path);
    }

    /// <summary>The task that a model was made for.</summary>
    public static string TaskOf(string path)
    {
        RequireFile(path);
        return ModelFile.TaskOf(path);
    }

    public static ImageClassifier ImageModel(string path)
    {
        RequireFile(path);
        return ImageClassifier.Load(path);
    }

    public static SequenceClassifier ClassifierModel(string path)
    {
        RequireFile(path);
        return SequenceClassifier.Load(path);
    }

    public static Tagger TaggerModel(string path)
    {
        RequireFile(path);
        return Tagger.Load(path);
    }

    public static TaggedFiles Tagged(string path, string? columns, string? label)
    {
        if (!Path.Exists(path))
        {
            throw new MistakeException($"there is no file or directory '{path}'");
        }

        try
        {
            return TaggedFiles.Load(path, columns, label);
        }
        catch (FormatException error)
        {
            throw new MistakeException(error.Message);
        }
    }

    public static Forecaster ForecastModel(string path)
    {
        RequireFile(path);
        return Forecaster.Load(path);
    }

    public static MusicModel MusicModel(string path)
    {
        RequireFile(path);
        return Models.MusicModel.Load(path);
    }

    public static RecurrentModel RecurrentModel(string path)
    {
        RequireFile(path);
        return Models.RecurrentModel.Load(path);
    }

    public static MusicFiles Music(string path)
    {
        RequireFile(path);
        return MusicFiles.Load(path);
    }

    public static SequenceFiles Sequences(string path, SequenceFileOptions options)
    {
        if (!Path.Exists(path))
        {
            throw new MistakeException($"there is no file or directory '{path}'");
        }

        return SequenceFiles.Load(path, options);
    }

    public static ImageFiles Images(string path)
    {
        if (!Path.Exists(path))
        {
            throw new MistakeException($"there is no file or directory '{path}'");
        }

        return ImageFiles.Load(path);
    }

    /// <summary>One image: a PNG file, or one of a data set as DATA#NUMBER, of the images to test on where there are any.</summary>
    public static byte[] Image(string text, ImageSize size)
    {
        int mark = text.LastIndexOf('#');
        if (mark < 0 || File.Exists(text))
        {
            RequireFile(text);
            return ImageFiles.LoadImage(text, size);
        }

        ImageFiles files = Images(text[..mark]);
        ImageDataset images = files.Test ?? files.Training;
        if (!int.TryParse(text.AsSpan(mark + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number >= images.Count)
        {
            throw new MistakeException($"'{text}' should name an image from 0 to {images.Count - 1}, as in '{text[..mark]}#0'");
        }

        return images.Size == size ? images.Pixels(number).ToArray() : throw new FailureException($"the model reads images of {size}, but those of '{text[..mark]}' are of {images.Size}");
    }

    public static string Text(string path)
    {
        RequireFile(path);
        return TextCorpus.Load([path]).Text;
    }

    public static TextCorpus Corpus(IReadOnlyList<string> paths, string? pattern)
    {
        foreach (string path in paths)
        {
            if (!Path.Exists(path))
            {
                throw new MistakeException($"there is no file or directory '{path}'");
            }
        }

        return TextCorpus.Load(paths, pattern);
    }

    public static void RequireFile(string path)
    {
        if (Directory.Exists(path))
        {
            throw new MistakeException($"'{path}' is a directory; a file is expected here");
        }

        if (!File.Exists(path))
        {
            throw new MistakeException($"there is no file '{path}'");
        }
    }
}
