using System.CommandLine;
using Unfold.Cli.Shell;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold train text FILE|DIR…</c>: a character or word language model.</summary>
internal static class TrainTextCommand
{
    private const string StandardOut = "model.safetensors";

    public static Command Build()
    {
        Argument<string[]> paths = Arguments.Files("FILE|DIR", "Text files, and directories to read all files of");
        var pattern = new Option<string?>("--pattern") { Description = "Which files of a directory are read, as in \"*.cs\"", HelpName = "GLOB" };
        var command = new Command("text", "Train a language model on text: characters or words") { paths, pattern };
        var options = new TextOptions(command);
        Option<string?> output = Values.Path("--out", $"Write the model to this file [default: {StandardOut}]");
        Option<string?> checkpoint = Values.Path("--checkpoint", "Write checkpoints to this file [default: beside the model, removed at the end]");
        Option<string?> resume = Values.Path("--resume", "Go on from a checkpoint, with its options");
        Option<string?> report = Values.Path("--report", "Write what training did as JSON to this file");
        Option<int> sample = Values.Whole("--sample", "How many tokens to write at the end; 0 for none", 0, 1_000_000, 500);
        var baseline = new Option<bool>("--baseline") { Description = "Also count n-grams (Kneser-Ney) of the training part, and show how well they predict the held-out part" };
        command.Add(baseline);
        command.Add(output);
        command.Add(checkpoint);
        command.Add(resume);
        command.Add(report);
        command.Add(sample);
        command.SetAction(parsed =>
        {
            var run = new TextRun
            {
                Paths = parsed.GetRequiredValue(paths),
                Pattern = parsed.GetValue(pattern),
                Out = parsed.GetValue(output) ?? StandardOut,
                Checkpoint = parsed.GetValue(checkpoint),
                Resume = parsed.GetValue(resume),
                Report = parsed.GetValue(report),
                Baseline = parsed.GetValue(baseline),
                Sample = parsed.GetValue(sample),
                Seeds = options.Seeds(parsed),
            };
            return run.Execute(standard => options.Apply(parsed, standard));
        });
        return command;
    }
}
