using System.CommandLine;
using Unfold.Cli.Shell;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold train text FILE|DIR…</c>: a character or word language model.</summary>
internal static class TrainTextCommand
{
    public static Command Build()
    {
        Argument<string[]> paths = Arguments.Files("FILE|DIR", "Text files, and directories to read all files of");
        var pattern = new Option<string?>("--pattern") { Description = "Which files of a directory are read, as in \"*.cs\"", HelpName = "GLOB" };
        var command = new Command("text", "Train a language model on text: characters or words") { paths, pattern };
        var options = new TextOptions(command);
        Option<int> sample = Values.Whole("--sample", "How many tokens to write at the end; 0 for none", 0, 1_000_000, 500);
        var baseline = new Option<bool>("--baseline") { Description = "Also count n-grams (Kneser-Ney) of the training part, and show how well they predict the held-out part" };
        command.Add(baseline);
        var files = new RunFileOptions(command);
        command.Add(sample);
        command.SetAction(parsed =>
        {
            var run = new TextRun
            {
                Paths = parsed.GetRequiredValue(paths),
                Pattern = parsed.GetValue(pattern),
                Files = files.Apply(parsed, options.Seeds(parsed)),
                Baseline = parsed.GetValue(baseline),
                Sample = parsed.GetValue(sample),
            };
            return run.Execute(standard => options.Apply(parsed, standard));
        });
        return command;
    }
}
