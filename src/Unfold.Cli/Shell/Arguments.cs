using System.CommandLine;
using System.CommandLine.Parsing;

namespace Unfold.Cli.Shell;

/// <summary>Arguments that several commands share.</summary>
internal static class Arguments
{
    public static Argument<string> Model() => File("MODEL", "A trained model: a .safetensors file");

    public static Argument<string> TextFile() => File("FILE", "A text file (UTF-8)");

    public static Argument<string> Images() => File("DATA", "A directory of IDX files as MNIST's, a directory of PNG files by class, or a CSV file of pixels");

    public static Argument<string> Sequences() => File("DATA", "Series (.ts, .tsv, .txt, .csv), a CSV file of texts, or a directory: NAME_TRAIN and NAME_TEST, a text file for each class, or recordings (.wav)");

    public static Argument<string> File(string name, string description)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.Validators.Add(RefuseUnknownOptions);
        return argument;
    }

    public static Argument<string[]> Files(string name, string description)
    {
        var argument = new Argument<string[]>(name) { Description = description, Arity = ArgumentArity.OneOrMore };
        argument.Validators.Add(RefuseUnknownOptions);
        return argument;
    }

    /// <summary>A misspelt option must not pass for the name of a file.</summary>
    private static void RefuseUnknownOptions(ArgumentResult result)
    {
        if (result.Parent is not CommandResult { Command: Command command })
        {
            return;
        }

        foreach (string text in result.Tokens.Select(token => token.Value))
        {
            if (text.StartsWith("--", StringComparison.Ordinal) && !Path.Exists(text))
            {
                result.AddError($"there is no option '{text}' here{Suggestions.DidYouMean(text, command.Options.Select(option => option.Name))}");
            }
        }
    }
}
