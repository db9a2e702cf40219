using System.Diagnostics;
using Unfold.Autodiff;
using Unfold.Data.Sequences;
using Unfold.Losses;
using Unfold.Metrics;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>Runs a network over sequences outside training. For one thread at a time; any number may stand beside each other.</summary>
internal sealed class SequenceScorer(SequenceClassifierNetwork network, SequencePreparation preparation, IReadOnlyList<string> classes)
{
    private const int Batch = 64;

    private readonly SequenceInputs _inputs = new(preparation.Vocabulary is null ? preparation.Size : 0);
    private readonly Tape _tape = Tape.ForInference();

    /// <summary>The scores of all classes for each sequence, [N, V].</summary>
    internal Tensor Scores(PreparedSequence[] data, Action<long>? done, CancellationToken cancellationToken)
    {
        Tensor scores = Tensor.Zeros(new Shape(data.Length, classes.Count));

        // The longest first, so that a batch's sequences end at nearly the same time; no result depends on it.
        int[] order = [.. Enumerable.Range(0, data.Length).OrderByDescending(i => data[i].Steps)];
        for (int first = 0; first < order.Length; first += Batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadOnlySpan<int> items = order.AsSpan(first, Math.Min(Batch, order.Length - first));
            _inputs.Fill(data, items, preparation.Options.Sentences, null);
            Tensor found = network.Forward(_tape, _inputs);
            for (int n = 0; n < items.Length; n++)
                found.Slice(n, 1).Values.CopyTo(scores.Span[(items[n] * classes.Count)..]);
            _tape.Reset();
            done?.Invoke(first + items.Length);
        }

        return scores;
    }

    /// <summary>Loss, accuracy and confusions over all sequences.</summary>
    internal SequenceEvaluation Evaluate(PreparedSequence[] data, SequenceDataset sequences, Action<long>? done, CancellationToken cancellationToken)
    {
        Stopwatch clock = Stopwatch.StartNew();
        Tensor scores = Scores(data, done, cancellationToken);
        return preparation.Options.MultiLabel ? OfSeveral(scores, sequences, clock) : OfOne(scores, sequences, clock);
    }

    /// <summary>The predictions for all sequences.</summary>
    internal IReadOnlyList<SequencePrediction> Predict(PreparedSequence[] data, CancellationToken cancellationToken)
    {
        Tensor scores = Scores(data, null, cancellationToken);
        return [.. Enumerable.Range(0, data.Length).Select(i => Prediction(scores.Slice(i, 1).Values))];
    }

    /// <summary>What scores mean.</summary>
    internal SequencePrediction Prediction(ReadOnlySpan<float> scores)
    {
        float[] probabilities = scores.ToArray();
        if (preparation.Options.MultiLabel)
        {
            for (int i = 0; i < probabilities.Length; i++)
                probabilities[i] = (float)(1 / (1 + Math.Exp(-probabilities[i])));
            int[] labels = [.. Enumerable.Range(0, probabilities.Length).Where(i => probabilities[i] >= 0.5f)];
            return new SequencePrediction(labels, [.. labels.Select(label => classes[label])], probabilities);
        }

        float greatest = probabilities.Max();
        double sum = probabilities.Sum(score => Math.Exp(score - greatest));
        int best = Array.IndexOf(probabilities, greatest);
        for (int i = 0; i < probabilities.Length; i++)
            probabilities[i] = (float)(Math.Exp(probabilities[i] - greatest) / sum);
        return new SequencePrediction([best], [classes[best]], probabilities);
    }

    private SequenceEvaluation OfOne(Tensor scores, SequenceDataset sequences, Stopwatch clock)
    {
        int[] labels = [.. Enumerable.Range(0, sequences.Count).Select(i => sequences[i].Labels[0])];
        float[] losses = new float[labels.Length];
        SoftmaxCrossEntropy.PerRow(scores, labels, losses);
        ConfusionMatrix confusion = new(classes);
        confusion.Add(scores, labels);
        return new SequenceEvaluation(labels.Length, losses.Average(loss => (double)loss), confusion.Accuracy, confusion.Accuracy, confusion.F1(Averaging.Macro), confusion, clock.Elapsed.TotalSeconds);
    }

    private SequenceEvaluation OfSeveral(Tensor scores, SequenceDataset sequences, Stopwatch clock)
    {
        int count = classes.Count, exact = 0;
        double loss = 0;
        long[] right = new long[count], actual = new long[count], predicted = new long[count];
        for (int n = 0; n < sequences.Count; n++)
        {
            bool all = true;
            for (int c = 0; c < count; c++)
            {
                double score = scores.Values[(n * count) + c];
                bool isActual = sequences[n].Labels.Contains(c), isPredicted = score >= 0;
                double signed = isActual ? score : -score;
                loss += Math.Max(0, -signed) + Math.Log(1 + Math.Exp(-Math.Abs(signed)));
                right[c] += isActual && isPredicted ? 1 : 0;
                actual[c] += isActual ? 1 : 0;
                predicted[c] += isPredicted ? 1 : 0;
                all &= isActual == isPredicted;
            }

            exact += all ? 1 : 0;
        }

        double macro = Enumerable.Range(0, count).Average(c => F1(right[c], actual[c], predicted[c]));
        return new SequenceEvaluation(
            sequences.Count, loss / sequences.Count / count, (double)exact / sequences.Count, F1(right.Sum(), actual.Sum(), predicted.Sum()), macro, null, clock.Elapsed.TotalSeconds);

        static double F1(long right, long actual, long predicted) => actual + predicted == 0 ? 0 : 2.0 * right / (actual + predicted);
    }
}
