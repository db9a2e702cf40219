using Unfold.Cli.Shell;
using Unfold.Cli.Terminal;
using Unfold.Training;

namespace Unfold.Cli.Commands;

/// <summary>A training run's files, from the first look at them to the saved model: what all kinds of training have in common.</summary>
internal sealed class RunFiles
{
    public required string Out { get; init; }

    /// <summary>As the command names it.</summary>
    public string? NamedCheckpoint { get; init; }

    public string? Resume { get; init; }

    public string? Report { get; init; }

    public required int Seeds { get; init; }

    /// <summary>Where checkpoints are written.</summary>
    private string Checkpoint => NamedCheckpoint ?? Resume ?? StandardCheckpoint;

    /// <summary>Where that is when the command names no place; removed when the model is saved.</summary>
    private string StandardCheckpoint => Out + ".checkpoint";

    /// <summary>Refuses files that cannot be read or written, before any work is done for them.</summary>
    public void Require()
    {
        Outputs.Require("--out", Out);
        Outputs.Require("--report", Report);
        Outputs.Require("--checkpoint", NamedCheckpoint);
        if (Resume is not null)
        {
            Inputs.RequireFile(Resume);
            SeedRuns.RequireOne(Resume, Seeds);
        }
    }

    /// <summary>The options of the run: those of the library or of the checkpoint, changed by the command's.</summary>
    /// <param name="standard">The library's.</param>
    /// <param name="ofCheckpoint">Reads a checkpoint's.</param>
    /// <param name="choose">Applies the command's.</param>
    public TOptions Options<TOptions>(Func<TOptions> standard, Func<string, TOptions> ofCheckpoint, Func<TOptions, TOptions> choose)
        where TOptions : TrainingOptions =>
        choose(Resume is null ? standard() : ofCheckpoint(Resume)) with { CheckpointPath = Checkpoint, ResumePath = Resume, Command = Say.Command() };

    /// <summary>Trains before the reader's eyes, once or with several seeds.</summary>
    /// <param name="options">The options of the run.</param>
    /// <param name="train">Trains a model with the options of one seed.</param>
    /// <param name="reportOf">What a model's training did.</param>
    /// <param name="watched">The metric by which the best of several is chosen.</param>
    /// <param name="words">Whether tokens are words.</param>
    public SeedStudy<TModel> Train<TOptions, TModel>(
        TOptions options, Func<TOptions, IProgress<TrainingProgress>, TModel> train, Func<TModel, TrainingReport> reportOf, string watched = "validation_loss", bool words = false)
        where TOptions : TrainingOptions
    {
        try
        {
            return SeedRuns.Run(options, Seeds, chosen =>
            {
                TModel model = TrainingView.Show(words, view => train((TOptions)chosen, view));
                return (model, reportOf(model));
            }, watched);
        }
        catch (OperationCanceledException)
        {
            throw SeedRuns.Interrupted(Checkpoint, Seeds);
        }
    }

    /// <summary>Saves the model, and then removes a checkpoint that nobody named.</summary>
    public void Keep(Action<string> save)
    {
        try
        {
            save(Out);
        }
        catch (ModelFileException error)
        {
            throw new FailureException($"{error.Message.TrimEnd('.')}; what was learnt is in the checkpoint '{Checkpoint}'");
        }

        if (Checkpoint == StandardCheckpoint)
        {
            File.Delete(Checkpoint);
        }
    }

    /// <summary>Where the model is and how large, as in <c>saved as model.safetensors (35 kB)</c>.</summary>
    public string Saved() => $"saved as {Out} ({Say.Size(new FileInfo(Out).Length)})";

    /// <summary>That, and how long training took.</summary>
    public string SavedAfter(TrainingReport report) => $"{Saved()}; trained for {Say.Time(TimeSpan.FromSeconds(report.Seconds ?? 0))}";

    /// <summary>Writes the report where the command asks for one.</summary>
    public void Write(TrainingReport report)
    {
        if (Report is not null)
        {
            report.Save(Report);
        }
    }
}
