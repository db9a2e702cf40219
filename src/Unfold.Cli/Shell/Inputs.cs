using Unfold.Data;
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
