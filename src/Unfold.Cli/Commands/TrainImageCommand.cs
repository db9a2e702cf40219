using System.CommandLine;
using Unfold.Cli.Shell;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold train image DATA</c>: a network that tells the class of an image.</summary>
internal static class TrainImageCommand
{
    public static Command Build()
    {
        Argument<string> data = Arguments.Images();
        var command = new Command("image", "Train a network that tells the class of an image") { data };
        var options = new ImageOptions(command);
        var files = new RunFileOptions(command);
        var plain = new Option<bool>("--compare-plain")
        {
            Description = "Train a fully connected network of as many parameters beside it, and show how both fare when the test images are shifted",
        };
        command.Add(plain);
        command.SetAction(parsed =>
        {
            var run = new ImageRun
            {
                Data = parsed.GetRequiredValue(data),
                Files = files.Apply(parsed, options.Seeds(parsed)),
                ComparePlain = parsed.GetValue(plain),
            };
            return run.Execute(standard => options.Apply(parsed, standard));
        });
        return command;
    }
}
