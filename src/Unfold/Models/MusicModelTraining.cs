using Unfold.Baselines;
using Unfold.Data.Music;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>From pieces to a trained model of music.</summary>
internal static class MusicModelTraining
{
    /// <summary>Trains a model, then measures it on the pieces to test on.</summary>
    internal static MusicModel Run(MusicFiles music, MusicModelOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        options.Check();
        MusicNetwork network = new(options);
        network.Parameters.Allocate(options.Seed);
        TrainingReport report = new() { Task = MusicModelFile.Task, Seed = options.Seed, Parameters = network.Parameters.Count };
        MusicModelFile description = new(options, report);
        Trainer trainer = new(new MusicModelTask(network, description, music.Training, music.Validation), options, progress);
        report = trainer.RunEpochs(cancellationToken);
        Dictionary<string, double> final = new(report.Final);
        if (music.Test is not null)
        {
            MusicEvaluation found = new MusicScorer(network).Evaluate(music.Test, trainer.ReportMeasured, cancellationToken);
            final["test_loss"] = found.Loss;
            final["test_accuracy"] = found.Accuracy;
        }

        return new MusicModel(description with { Report = trainer.Finish(report with { Final = final }) }, network);
    }

    /// <summary>The losses of counting, by frequency alone and by the step before.</summary>
    internal static (double Frequency, double Previous) Baselines(MusicFiles music)
    {
        MusicPieces measured = music.Test ?? music.Validation ?? music.Training;
        return (new NoteFrequencies(music.Training, false).Loss(measured), new NoteFrequencies(music.Training, true).Loss(measured));
    }
}
