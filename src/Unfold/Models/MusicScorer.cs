using System.Diagnostics;
using Unfold.Autodiff;
using Unfold.Data.Music;

namespace Unfold.Models;

/// <summary>How well a model foresees music.</summary>
/// <param name="Pieces">How many pieces were read.</param>
/// <param name="Steps">How many steps were foreseen: all but the first of each piece.</param>
/// <param name="Loss">
/// The mean negative log-likelihood of a step in nats: the sum of the binary cross-entropies of 88 pitches, over all steps of all pieces but the first of each, as in Bai et al. 2018.
/// </param>
/// <param name="Accuracy">Notes foreseen at a probability of one half, TP / (TP + FP + FN) over all steps (Bay et al. 2009).</param>
/// <param name="Seconds">How long it took.</param>
public sealed record MusicEvaluation(int Pieces, int Steps, double Loss, double Accuracy, double Seconds);

/// <summary>Runs a network over pieces outside training. For one thread at a time.</summary>
internal sealed class MusicScorer(MusicNetwork network)
{
    private const int Batch = 32;

    private readonly Tape _tape = Tape.ForInference();
    private readonly MusicBatch _batch = new();

    /// <summary>Measures pieces.</summary>
    internal MusicEvaluation Evaluate(MusicPieces pieces, Action<long>? done, CancellationToken cancellationToken)
    {
        Stopwatch clock = Stopwatch.StartNew();
        if (pieces.Steps == pieces.Count)
            throw new InputException("All pieces have one step only, and nothing can be foreseen.");
        double loss = 0;
        long both = 0, either = 0;
        int[] order = [.. Enumerable.Range(0, pieces.Count).OrderByDescending(i => pieces[i].Count)];
        for (int first = 0; first < order.Length; first += Batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            ReadOnlySpan<int> items = order.AsSpan(first, Math.Min(Batch, order.Length - first));
            _batch.Fill(pieces, items, []);
            ReadOnlySpan<float> logits = network.Forward(_tape, _batch).Values, truth = _batch.Targets.Values;

            // The first step of each piece lies in the first rows; it is foreseen from nothing and does not count.
            for (int i = items.Length * MusicPieces.PitchCount; i < logits.Length; i++)
            {
                bool sounds = truth[i] > 0, foreseen = logits[i] > 0;
                double signed = sounds ? logits[i] : -logits[i];
                loss += Math.Max(0, -signed) + Math.Log(1 + Math.Exp(-Math.Abs(signed)));
                both += sounds && foreseen ? 1 : 0;
                either += sounds || foreseen ? 1 : 0;
            }

            _tape.Reset();
            done?.Invoke(first + items.Length);
        }

        int steps = pieces.Steps - pieces.Count;
        return new MusicEvaluation(pieces.Count, steps, loss / steps, (double)both / Math.Max(1, either), clock.Elapsed.TotalSeconds);
    }
}
