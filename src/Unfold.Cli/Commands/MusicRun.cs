using Unfold.Cli.Shell;
using Unfold.Cli.Terminal;
using Unfold.Data.Music;
using Unfold.Models;
using Unfold.Training;

namespace Unfold.Cli.Commands;

/// <summary>One training run on music, from its file to its losses.</summary>
internal sealed class MusicRun
{
    public required string Data { get; init; }

    public required bool Baseline { get; init; }

    public required string Out { get; init; }

    /// <summary>As the command names it.</summary>
    public string? Checkpoint { get; init; }

    public string? Resume { get; init; }

    public string? Report { get; init; }

    public required int Seeds { get; init; }

    /// <summary>Where checkpoints are written when the command names no place; removed when the model is saved.</summary>
    private string StandardCheckpoint => Out + ".checkpoint";

    /// <param name="choose">Applies the command's options to those of the library or of the checkpoint.</param>
    public int Execute(Func<MusicModelOptions, MusicModelOptions> choose)
    {
        Outputs.Require("--out", Out);
        Outputs.Require("--report", Report);
        Outputs.Require("--checkpoint", Checkpoint);
        if (Resume is not null)
        {
            Inputs.RequireFile(Resume);
            SeedRuns.RequireOne(Resume, Seeds);
        }

        string checkpoint = Checkpoint ?? Resume ?? StandardCheckpoint;
        MusicModelOptions options = choose(Resume is null ? new MusicModelOptions() : MusicModel.ReadCheckpointOptions(Resume)) with
        {
            CheckpointPath = checkpoint,
            ResumePath = Resume,
            Command = Say.Command(),
        };
        MusicFiles music = Inputs.Music(Data);
        Console.Out.WriteLine($"to train on: {music.Training}{Other("for validation", music.Validation)}{Other("to test on", music.Test)}");
        foreach (string note in music.Notes)
        {
            Console.Out.WriteLine(note);
        }

        using var interrupt = new Interrupt();
        SeedStudy<MusicModel> study;
        try
        {
            study = SeedRuns.Run(options, Seeds, chosen =>
            {
                MusicModel model = TrainingView.Show(words: false, view => MusicModel.Train(music, (MusicModelOptions)chosen, view, interrupt.Token));
                return (model, model.Report);
            }, watched: music.Validation is null ? "train_loss" : "validation_loss");
        }
        catch (OperationCanceledException)
        {
            throw SeedRuns.Interrupted(checkpoint, Seeds);
        }

        TrainingReport report = study.Report;
        if (Baseline)
        {
            (double frequency, double previous) = MusicModel.Baselines(music);
            report = report with { Final = new Dictionary<string, double>(report.Final) { ["frequency_loss"] = frequency, ["previous_loss"] = previous } };
        }

        Finish(study.Best, report.Final, checkpoint);
        if (Report is not null)
        {
            report.Save(Report);
        }

        return ExitCode.Done;

        static string Other(string what, MusicPieces? pieces) => pieces is null ? "" : $"; {what}: {Say.Count(pieces.Count)}";
    }

    private void Finish(MusicModel model, IReadOnlyDictionary<string, double> final, string checkpoint)
    {
        try
        {
            model.Save(Out);
        }
        catch (ModelFileException error)
        {
            throw new FailureException($"{error.Message.TrimEnd('.')}; what was learnt is in the checkpoint '{checkpoint}'");
        }

        if (checkpoint == StandardCheckpoint)
        {
            File.Delete(checkpoint);
        }

        Console.Out.WriteLine($"{Say.Count(model.ParameterCount)} parameters; saved as {Out} ({Say.Size(new FileInfo(Out).Length)}); trained for {Say.Time(TimeSpan.FromSeconds(model.Report.Seconds ?? 0))}");
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
