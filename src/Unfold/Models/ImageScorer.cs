using System.Diagnostics;
using Unfold.Autodiff;
using Unfold.Data.Images;
using Unfold.Losses;
using Unfold.Metrics;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>Runs a network over images outside training. For one thread at a time; any number may stand beside each other.</summary>
internal sealed class ImageScorer(ImageNetwork network, ImageNormalization normalization)
{
    // Enough for the products to be efficient, few enough for their operands to stay in the caches.
    private const int Batch = 128;

    private readonly ImagePreparation _preparation = new(network.Augmentation, normalization);
    private readonly ImageBatch _batch = new(Batch, network.Input);
    private readonly Tape _tape = Tape.ForInference();

    /// <summary>Hands over the scores of all images, batch by batch.</summary>
    /// <param name="images">The images.</param>
    /// <param name="found">Receives the number of the batch's first image, its scores <c>[N, V]</c> and its labels.</param>
    /// <param name="cancellationToken">Ends the run.</param>
    internal void Run(ImageDataset images, Action<int, Tensor, int[]> found, CancellationToken cancellationToken)
    {
        for (int first = 0; first < images.Count; first += Batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _preparation.Fill(_batch, images, first, Math.Min(Batch, images.Count - first));
            found(first, network.Layers.Forward(_tape, _batch.Images), _batch.Labels);
            _tape.Reset();
        }
    }

    /// <summary>The loss and the confusions over all images.</summary>
    internal ImageEvaluation Evaluate(ImageDataset images, Action<long>? done, CancellationToken cancellationToken)
    {
        Stopwatch clock = Stopwatch.StartNew();
        ConfusionMatrix confusion = new(images.Classes);
        float[] losses = new float[Batch];
        double sum = 0;
        Run(images, (first, scores, labels) =>
        {
            int count = scores.Shape[0];
            SoftmaxCrossEntropy.PerRow(scores, labels.AsSpan(0, count), losses.AsSpan(0, count));
            for (int i = 0; i < count; i++)
                sum += losses[i];
            confusion.Add(scores, labels.AsSpan(0, count));
            done?.Invoke(first + count);
        }, cancellationToken);
        return new ImageEvaluation(images.Count, sum / images.Count, confusion, clock.Elapsed.TotalSeconds);
    }

    /// <summary>The probabilities of all classes for each image.</summary>
    internal IReadOnlyList<ImagePrediction> Predict(ImageDataset images, CancellationToken cancellationToken)
    {
        List<ImagePrediction> predictions = new(images.Count);
        Run(images, (_, scores, _) =>
        {
            for (int i = 0; i < scores.Shape[0]; i++)
                predictions.Add(Prediction(scores.Slice(i, 1).Values, images.Classes));
        }, cancellationToken);
        return predictions;
    }

    /// <summary>What each layer makes of one image: the input first.</summary>
    internal List<Tensor> Features(ReadOnlySpan<byte> pixels, ImageSize size)
    {
        _batch.Count = 1;
        _preparation.Use(pixels, size, _batch.Image(0));
        Tensor x = _batch.Images;
        List<Tensor> features = [x.Copy()];
        foreach (Layers.FeedForward layer in network.Layers.Layers)
        {
            x = layer.Forward(_tape, x);
            features.Add(x.Copy());
        }

        _tape.Reset();
        return features;
    }

    private static ImagePrediction Prediction(ReadOnlySpan<float> scores, IReadOnlyList<string> classes)
    {
        float[] probabilities = scores.ToArray();
        float greatest = probabilities.Max();
        double sum = probabilities.Sum(score => Math.Exp(score - greatest));
        int label = Array.IndexOf(probabilities, greatest);
        for (int i = 0; i < probabilities.Length; i++)
            probabilities[i] = (float)(Math.Exp(probabilities[i] - greatest) / sum);
        return new ImagePrediction(label, classes[label], probabilities);
    }
}
