using Unfold.Data.Sequences;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>From sequences to a trained classifier.</summary>
internal static class SequenceClassifierTraining
{
    private const double UsualValidation = 0.1;

    /// <summary>The sequences to train on, to measure on after each epoch and to test on.</summary>
    internal static (SequenceDataset Training, SequenceDataset? HeldOut, SequenceDataset? Test) Divide(SequenceFiles sequences, SequenceClassifierOptions options)
    {
        if (sequences.Test is not null && options.TestShare > 0)
            throw new OptionException(nameof(options.TestShare), "TestShare is for data that name no sequences to test on, but these do.");
        (SequenceDataset rest, SequenceDataset? test) = sequences.Training.Split(options.TestShare, options.Seed);
        test ??= sequences.Test?.WithClasses(rest.Classes);
        double validation = options.Validation ?? (test is null ? UsualValidation : 0);
        (SequenceDataset training, SequenceDataset? heldOut) = rest.Split(validation, options.Seed);
        return (training, heldOut, test);
    }

    /// <summary>Trains a model, then measures it on the sequences to test on.</summary>
    internal static SequenceClassifier Run(SequenceFiles sequences, SequenceClassifierOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        options.Check();
        if (!options.MultiLabel && sequences.Training.HasSeveralLabels)
            throw new InputException("Some sequences have no label or several: choose MultiLabel (--multi-label) for those.");
        if (sequences.Training.Classes.Count < (options.MultiLabel ? 1 : 2))
            throw new InputException($"There is nothing to tell apart: all {sequences.Training.Count} sequences have the same class, '{sequences.Training.Classes.FirstOrDefault()}'.");
        (SequenceDataset training, SequenceDataset? heldOut, SequenceDataset? test) = Divide(sequences, options);
        SequencePreparation preparation = SequencePreparation.Of(training, options);
        SequenceClassifierNetwork network = new(preparation, training.Classes.Count);
        network.Parameters.Allocate(options.Seed);
        TrainingReport report = new() { Task = SequenceClassifierFile.Task, Seed = options.Seed, Parameters = network.Parameters.Count };
        SequenceClassifierFile description = new(preparation, training.Classes, report);
        SequenceClassifierTask task = new(network, description, training, heldOut);
        Trainer trainer = new(task, options, progress);
        report = trainer.RunEpochs(cancellationToken);
        Dictionary<string, double> final = new(report.Final);
        if (task.CutSequences > 0)
            final["cut_sequences"] = task.CutSequences;
        SequenceEvaluation? found = null;
        SequenceDataset? measured = test ?? heldOut;
        if (measured is not null)
            found = new SequenceScorer(network, preparation, training.Classes).Evaluate(preparation.Prepare(measured), measured, trainer.ReportMeasured, cancellationToken);
        if (test is not null)
        {
            final["test_loss"] = found!.Loss;
            final["test_accuracy"] = found.Accuracy;
            final["test_macro_f1"] = found.MacroF1;
            if (options.MultiLabel)
                final["test_f1"] = found.MicroF1;
        }

        if (options.Baseline && measured is not null)
        {
            foreach ((string name, double accuracy) in ClassifierBaselines.Measure(preparation, training, measured, cancellationToken))
                final[$"{name}_accuracy"] = accuracy;
        }

        return new SequenceClassifier(description with { Report = trainer.Finish(report with { Final = final }) }, network) { Measured = found };
    }
}
