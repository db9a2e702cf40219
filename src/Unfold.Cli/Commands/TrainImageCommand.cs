using System.CommandLine;
using Unfold.Cli.Shell;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold train image DATA</c>: a network that tells the class of an image.</summary>
internal static class TrainImageCommand
{
    private const string StandardOut = "model.safetensors";

    public static Command Build()
    {
        Argument<string> data = Arguments.Images();
        var command = new Command("image", "Train a network that tells the class of an image") { data };
        var options = new ImageOptions(command);
        Option<string?> output = Values.Path("--out", $"Write the model to this file [default: {StandardOut}]");
        Option<string?> checkpoint = Values.Path("--checkpoint", "Write checkpoints to this file [default: beside the model, removed at the end]");
        Option<string?> resume = Values.Path("--resume", "Go on from a checkpoint, with its options");
        Option<string?> report = Values.Path("--report", "Write what training did as JSON to this file");
        var plain = new Option<bool>("--compare-plain")
        {
            Description = "Train a fully connected network of as many parameters beside it, and show how both fare when the test images are shifted",
        };
        command.Add(output);
        command.Add(checkpoint);
        command.Add(resume);
        command.Add(report);
        command.Add(plain);
        command.SetAction(parsed =>
        {
            var run = new ImageRun
            {
                Data = parsed.GetRequiredValue(data),
                Out = parsed.GetValue(output) ?? StandardOut,
                Checkpoint = parsed.GetValue(checkpoint),
                Resume = parsed.GetValue(resume),
                Report = parsed.GetValue(report),
                ComparePlain = parsed.GetValue(plain),
                Seeds = options.Seeds(parsed),
            };
            return run.Execute(standard => options.Apply(parsed, standard));
        });
        return command;
    }
}
