using Unfold.Data.Tagging;
using Unfold.Metrics;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>From tagged sentences to a trained tagger.</summary>
internal static class TaggerTraining
{
    private const double UsualValidation = 0.1;

    /// <summary>Trains a model, then measures it on the sentences to test on.</summary>
    internal static Tagger Run(TaggedFiles files, TaggerOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        options.Check();
        (TaggedCorpus training, TaggedCorpus? heldOut) = (files.Training, files.Validation);
        if (training.Sentences.SelectMany(sentence => sentence.Labels!).Distinct().Take(2).Count() < 2)
            throw new InputException($"There is nothing to tell apart: all {training.Tokens} tokens of '{training.Path}' have the same label, '{training.Sentences[0].Labels![0]}'.");
        if (heldOut is null)
            (training, heldOut) = training.Split(options.Validation ?? (files.Test is null ? UsualValidation : 0), options.Seed);
        TaggerPreparation preparation = TaggerPreparation.Of(training, options);
        TaggerNetwork network = new(preparation);
        network.Parameters.Allocate(options.Seed);
        TrainingReport report = new() { Task = TaggerFile.Task, Seed = options.Seed, Parameters = network.Parameters.Count };
        TaggerFile description = new(preparation, report);
        Trainer trainer = new(new TaggerTask(network, description, training, heldOut), options, progress);
        report = trainer.RunEpochs(cancellationToken);
        Dictionary<string, double> final = new(report.Final);
        TaggerEvaluation? found = null;
        TaggedCorpus? measured = files.Test ?? heldOut;
        if (measured is not null)
            found = new TaggerScorer(network, preparation).Evaluate(measured.Sentences, trainer.ReportMeasured, cancellationToken);
        if (files.Test is not null)
        {
            if (found!.Loss is double loss)
                final["test_loss"] = loss;
            Add(final, "test", found);
        }

        if (options.Baseline && measured is not null)
        {
            foreach ((string name, TaggerEvaluation baseline) in TaggerBaselines.Measure(preparation, training, measured, cancellationToken))
                Add(final, name, baseline);
        }

        return new Tagger(description with { Report = trainer.Finish(report with { Final = final }) }, network) { Measured = found };
    }

    private static void Add(Dictionary<string, double> final, string name, TaggerEvaluation found)
    {
        final[name + "_accuracy"] = found.Accuracy;
        if (found.Spans is SpanEvaluation spans)
            final[name + "_f1"] = spans.All.F1;
    }
}
