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

    public static RootCommand Build()
    {
        var root = new RootCommand("Learning from sequences: write the recurrence, Unfold does the rest.");
        root.Add(new Command("train", "Train a model") { TrainTextCommand.Build(), TrainImageCommand.Build(), TrainClassifyCommand.Build(), TrainTagCommand.Build(), TrainForecastCommand.Build(), TrainMusicCommand.Build(), TrainSyntheticCommand.Build() });
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
}
