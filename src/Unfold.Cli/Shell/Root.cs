using System.CommandLine;
using System.Reflection;
using Unfold.Cli.Commands;

namespace Unfold.Cli.Shell;

/// <summary>The tree of commands.</summary>
internal static class Root
{
    /// <summary>The version as packages carry it, without the build's suffix.</summary>
    public static string Version { get; } =
        (typeof(Root).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0").Split('+')[0];

    /// <summary>Builds the tree for a command line. The commands below <c>train</c>, whose options would take longer to make than most other commands to run, are made where it is named.</summary>
    public static RootCommand Build(string[] args)
    {
        var root = new RootCommand("Learning from sequences: write the recurrence, Unfold does the rest.");
        root.Add(args.Contains("train") ? BuildTrain() : Train());
        root.Add(GenerateCommand.Build());
        root.Add(ScoreCommand.Build());
        root.Add(EvaluateCommand.Build());
        root.Add(PredictCommand.Build());
        root.Add(InspectCommand.Build());
        root.Add(ImportCommand.Build());
        root.Add(ExportCommand.Build());
        root.Add(CellCommands.Build());
        root.Add(LayersCommand.Build());
        root.Add(ContactSheetCommand.Build());
        root.Add(BenchCommand.Build());
        return root;
    }

    private static Command BuildTrain()
    {
        Command train = Train();
        train.Add(TrainTextCommand.Build());
        train.Add(TrainImageCommand.Build());
        train.Add(TrainClassifyCommand.Build());
        train.Add(TrainTagCommand.Build());
        train.Add(TrainForecastCommand.Build());
        train.Add(TrainMusicCommand.Build());
        train.Add(TrainSyntheticCommand.Build());
        return train;
    }

    private static Command Train() => new("train", "Train a model");
}
