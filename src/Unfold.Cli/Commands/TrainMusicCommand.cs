using System.CommandLine;
using Unfold.Cli.Shell;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold train music FILE.json</c>: a network that foresees music.</summary>
internal static class TrainMusicCommand
{
    private const string StandardOut = "model.safetensors";

    public static Command Build()
    {
        Argument<string> data = Arguments.File("FILE", "A JSON file: lists of pieces, 'train' and perhaps 'valid' and 'test'; a piece is a list of steps, a step a list of MIDI numbers");
        var command = new Command("music", "Train a network that foresees music, and can compose it") { data };
        var options = new MusicOptions(command);
        var baseline = new Option<bool>("--baseline") { Description = "Also show the losses of counting each note alone, and behind whether it sounds in the step before" };
        Option<string?> output = Values.Path("--out", $"Write the model to this file [default: {StandardOut}]");
        Option<string?> checkpoint = Values.Path("--checkpoint", "Write checkpoints to this file [default: beside the model, removed at the end]");
        Option<string?> resume = Values.Path("--resume", "Go on from a checkpoint, with its options");
        Option<string?> report = Values.Path("--report", "Write what training did as JSON to this file");
        foreach (Option option in new Option[] { baseline, output, checkpoint, resume, report })
        {
            command.Add(option);
        }

        command.SetAction(parsed =>
        {
            var run = new MusicRun
            {
                Data = parsed.GetRequiredValue(data),
                Baseline = parsed.GetValue(baseline),
                Out = parsed.GetValue(output) ?? StandardOut,
                Checkpoint = parsed.GetValue(checkpoint),
                Resume = parsed.GetValue(resume),
                Report = parsed.GetValue(report),
                Seeds = options.Seeds(parsed),
            };
            return run.Execute(standard => options.Apply(parsed, standard));
        });
        return command;
    }
}
