using Unfold.Data.Images;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>From images to a trained classifier.</summary>
internal static class ImageClassifierTraining
{
    private const double UsualValidation = 0.1;

    /// <summary>Trains a model, then measures it on the images to test on.</summary>
    internal static ImageClassifier Run(ImageFiles images, ImageClassifierOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        options.Check();
        double validation = options.Validation ?? (images.Test is null ? UsualValidation : 0);
        (ImageDataset training, ImageDataset? heldOut) = images.Training.Split(validation, options.Seed);
        ImageNetwork network = new(options, training.Size, training.Classes.Count);
        network.Parameters.Allocate(options.Seed);
        TrainingReport report = new() { Task = ImageClassifierFile.Task, Seed = options.Seed, Parameters = network.Parameters.Count };
        ImageClassifierFile description = new(options, training.Size, training.Classes, ImageNormalization.Of(training), report);
        using ImageClassifierTask task = new(network, description, training, heldOut);
        Trainer trainer = new(task, options, progress);
        report = trainer.RunEpochs(cancellationToken);
        Dictionary<string, double> final = new(report.Final);
        if (images.Test is not null)
        {
            ImageEvaluation found = new ImageScorer(network, description.Normalization).Evaluate(images.Test, trainer.ReportMeasured, cancellationToken);
            final["test_loss"] = found.Loss;
            final["test_accuracy"] = found.Accuracy;
        }

        return new ImageClassifier(description with { Report = trainer.Finish(report with { Final = final }) }, network);
    }
}
