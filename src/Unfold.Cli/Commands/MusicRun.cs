using Unfold.Cli.Shell;
using Unfold.Data.Music;
using Unfold.Models;
using Unfold.Training;

namespace Unfold.Cli.Commands;

/// <summary>One training run on music, from its file to its losses.</summary>
internal sealed class MusicRun
{
    public required string Data { get; init; }

    public required bool Baseline { get; init; }

    public required RunFiles Files { get; init; }

    /// <param name="choose">Applies the command's options to those of the library or of the checkpoint.</param>
    public int Execute(Func<MusicModelOptions, MusicModelOptions> choose)
    {
        Files.Require();
        MusicModelOptions options = Files.Options(() => new MusicModelOptions(), MusicModel.ReadCheckpointOptions, choose);
        MusicFiles music = Inputs.Music(Data);
        Console.Out.WriteLine($"to train on: {music.Training}{Other("for validation", music.Validation)}{Other("to test on", music.Test)}");
        foreach (string note in music.Notes)
        {
            Console.Out.WriteLine(note);
        }

        using var interrupt = new Interrupt();
        SeedStudy<MusicModel> study = Files.Train(
            options, (chosen, view) => MusicModel.Train(music, chosen, view, interrupt.Token), model => model.Report, music.Validation is null ? "train_loss" : "validation_loss");
        TrainingReport report = study.Report;
        if (Baseline)
        {
            (double frequency, double previous) = MusicModel.Baselines(music);
            report = report with { Final = new Dictionary<string, double>(report.Final) { ["frequency_loss"] = frequency, ["previous_loss"] = previous } };
        }

        Finish(study.Best, report.Final);
        Files.Write(report);
        return ExitCode.Done;

        static string Other(string what, MusicPieces? pieces) => pieces is null ? "" : $"; {what}: {Say.Count(pieces.Count)}";
    }

    private void Finish(MusicModel model, IReadOnlyDictionary<string, double> final)
    {
        Files.Keep(model.Save);
        Console.Out.WriteLine($"{Say.Count(model.ParameterCount)} parameters; {Files.SavedAfter(model.Report)}");
        Console.Out.WriteLine("losses are nats a step: the sum over 88 notes, the mean over all steps but the first of each piece");
        if (final.TryGetValue("validation_loss", out double loss))
        {
            Console.Out.WriteLine($"validation: loss {loss:F4}, accuracy {final["accuracy"]:P2}");
        }

        if (final.TryGetValue("test_loss", out loss))
        {
            Console.Out.WriteLine($"test: loss {loss:F4}, accuracy {final["test_accuracy"]:P2}");
        }

        if (final.TryGetValue("frequency_loss", out loss))
        {
            Console.Out.WriteLine($"by each note's frequency: loss {loss:F4}; behind the step before, note by note: loss {final["previous_loss"]:F4}");
        }
    }
}
