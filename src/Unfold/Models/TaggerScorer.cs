using System.Diagnostics;
using Unfold.Autodiff;
using Unfold.Data.Tagging;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>Runs a tagger over sentences outside training. For one thread at a time; any number may stand beside each other.</summary>
internal sealed class TaggerScorer(TaggerNetwork network, TaggerPreparation preparation)
{
    private const int Batch = 64;

    private readonly TaggerInputs _inputs = new(preparation.Columns.Count);
    private readonly Tape _tape = Tape.ForInference();
    private int[] _labels = [];

    /// <summary>The labels of each sentence, and the mean loss over the tokens of sentences all of whose labels are known; NaN where there are none.</summary>
    internal (string[][] Labels, double Loss) Tag(IReadOnlyList<TaggedSentence> sentences, Action<long>? done, CancellationToken cancellationToken)
    {
        PreparedSentences data = preparation.Prepare(sentences);
        string[][] found = [.. sentences.Select(sentence => new string[sentence.Count])];
        double loss = 0;
        long tokens = 0, ready = 0;

        // The longest first, so that a batch's sentences end at nearly the same time; no result depends on it.
        foreach (IGrouping<bool, int> group in Enumerable.Range(0, data.Pieces.Length).GroupBy(i => data.Pieces[i].Labels?.Contains(-1) == false))
        {
            foreach (int[] items in group.OrderByDescending(i => data.Pieces[i].Count).Chunk(Batch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                _inputs.Fill(data, items, null);
                Tensor x = network.Forward(_tape, _inputs);
                if (group.Key)
                {
                    loss += (double)network.Head.Loss(_tape, x, _inputs, null).Scalar * _inputs.Sequences.RowCount;
                    tokens += _inputs.Sequences.RowCount;
                }

                Decode(data, items, x, found);
                _tape.Reset();
                ready += items.Length;
                done?.Invoke(Math.Min(ready, sentences.Count));
            }
        }

        return (found, loss / tokens);
    }

    /// <summary>Loss, accuracy and spans over all sentences.</summary>
    internal TaggerEvaluation Evaluate(IReadOnlyList<TaggedSentence> sentences, Action<long>? done, CancellationToken cancellationToken)
    {
        Stopwatch clock = Stopwatch.StartNew();
        (string[][] found, double loss) = Tag(sentences, done, cancellationToken);
        return TaggerEvaluation.Of(sentences, found, preparation, loss, clock.Elapsed.TotalSeconds);
    }

    private void Decode(PreparedSentences data, int[] items, Tensor x, string[][] found)
    {
        int rows = _inputs.Sequences.RowCount;
        if (_labels.Length < rows)
            _labels = new int[rows];
        network.Head.Decode(_tape, x, _inputs.Sequences, _labels.AsSpan(0, rows));
        for (int n = 0; n < items.Length; n++)
        {
            PreparedSentence piece = data.Pieces[items[n]];
            for (int t = 0; t < piece.Count; t++)
                found[piece.Sentence][piece.First + t] = preparation.Labels[_labels[_inputs.Sequences.Row(t, n)]];
        }
    }
}
