using System.CommandLine;
using Unfold.Cli.Shell;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold train music FILE.json</c>: a network that foresees music.</summary>
internal static class TrainMusicCommand
{
    public static Command Build()
    {
        Argument<string> data = Arguments.File("FILE", "A JSON file: lists of pieces, 'train' and perhaps 'valid' and 'test'; a piece is a list of steps, a step a list of MIDI numbers");
        var command = new Command("music", "Train a network that foresees music, and can compose it") { data };
        var options = new MusicOptions(command);
        var baseline = new Option<bool>("--baseline") { Description = "Also show the losses of counting each note alone, and behind whether it sounds in the step before" };
        command.Add(baseline);
        var files = new RunFileOptions(command);
        command.SetAction(parsed =>
        {
            var run = new MusicRun
            {
                Data = parsed.GetRequiredValue(data),
                Baseline = parsed.GetValue(baseline),
                Files = files.Apply(parsed, options.Seeds(parsed)),
            };
            return run.Execute(standard => options.Apply(parsed, standard));
        });
        return command;
    }
}
