using Unfold.Data.Augmentation;
using Unfold.Kernels.Random;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>A batch of prepared sequences as rows for a network. Filled again and again; grows with the greatest batch.</summary>
internal sealed class SequenceInputs
{
    private static readonly uint TokenPlace = Autodiff.Place.Of("sequence tokens");

    private readonly int _channels;
    private readonly SeriesBuffer _series = new();
    private int[] _lengths = [], _tokens = [];
    private Tensor _values;

    /// <param name="channels">C of numbers; 0 for texts.</param>
    internal SequenceInputs(int channels) => _channels = channels;

    /// <summary>How the steps that the upper layers read lie: of numbers, of tokens or of sentences.</summary>
    internal PackedSequences Sequences { get; } = new();

    /// <summary>How the tokens of the sentences lie, of which there is one for each row of <see cref="Sequences"/>.</summary>
    internal PackedSequences Sentences { get; } = new();

    /// <summary>[S, C]: the numbers, a row for each step.</summary>
    internal Tensor Values => _values.Slice(0, Sequences.RowCount);

    /// <summary>The tokens' numbers, for each row of <see cref="Sentences"/> or, where texts have no sentences, of <see cref="Sequences"/>.</summary>
    internal ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, TokenCount);

    private int TokenCount { get; set; }

    /// <summary>Takes sequences.</summary>
    /// <param name="data">All sequences.</param>
    /// <param name="items">The numbers of those of the batch.</param>
    /// <param name="sentences">Whether texts are sequences of sentences.</param>
    /// <param name="change">What is done to them in training; null for nothing.</param>
    internal void Fill(PreparedSequence[] data, ReadOnlySpan<int> items, bool sentences, TrainingChange? change)
    {
        Set(Sequences, items.Length, items, (item, _) => data[item].Steps);
        if (_channels > 0)
        {
            FillValues(data, items, change);
            return;
        }

        if (!sentences)
        {
            Grow(Sequences.RowCount);
            for (int n = 0; n < items.Length; n++)
                FillTokens(data[items[n]].Sentences[0], Sequences, n, items[n], 0, change);
            return;
        }

        // A sentence's number among all is the row that reads it.
        int[] lengths = Lengths(Sequences.RowCount);
        for (int n = 0; n < items.Length; n++)
        {
            for (int s = 0; s < data[items[n]].Steps; s++)
                lengths[Sequences.Row(s, n)] = data[items[n]].Sentences[s].Length;
        }

        Sentences.Set(lengths.AsSpan(0, Sequences.RowCount));
        Grow(Sentences.RowCount);
        for (int n = 0; n < items.Length; n++)
        {
            for (int s = 0; s < data[items[n]].Steps; s++)
                FillTokens(data[items[n]].Sentences[s], Sentences, Sequences.Row(s, n), items[n], s, change);
        }
    }

    private void FillValues(PreparedSequence[] data, ReadOnlySpan<int> items, TrainingChange? change)
    {
        int rows = Sequences.RowCount;
        if (!_values.HasValue || _values.Shape[0] < rows)
            _values = Tensor.Zeros(new Shape(rows, _channels));
        Span<float> target = _values.Span;
        for (int n = 0; n < items.Length; n++)
        {
            PreparedSequence sequence = data[items[n]];
            ReadOnlySpan<float> values = sequence.Values;
            if (change is { Augmentation.Transforms.Count: > 0 })
            {
                _series.Load(values, sequence.Steps, _channels);
                change.Augmentation.Apply(_series, change.Seed, change.Epoch, items[n]);
                values = _series.Values;
            }

            for (int t = 0; t < sequence.Steps; t++)
                values.Slice(t * _channels, _channels).CopyTo(target[(Sequences.Row(t, n) * _channels)..]);
        }
    }

    private void FillTokens(int[] tokens, PackedSequences rows, int sequence, int item, int sentence, TrainingChange? change)
    {
        for (int t = 0; t < tokens.Length; t++)
        {
            bool isLost = change is { TokenDropout: > 0 }
                && CountedRandom.Uniform(change.Seed, TokenPlace, (ulong)item, ((ulong)change.Epoch << 32) | (uint)sentence, (uint)t) < change.TokenDropout;
            _tokens[rows.Row(t, sequence)] = isLost ? change!.Unknown : tokens[t];
        }
    }

    private void Grow(int tokens)
    {
        TokenCount = tokens;
        if (_tokens.Length < tokens)
            _tokens = new int[tokens];
    }

    private int[] Lengths(int count)
    {
        if (_lengths.Length < count)
            _lengths = new int[count];
        return _lengths;
    }

    private void Set(PackedSequences sequences, int count, ReadOnlySpan<int> items, Func<int, int, int> length)
    {
        int[] lengths = Lengths(count);
        for (int n = 0; n < count; n++)
            lengths[n] = length(items[n], n);
        sequences.Set(lengths.AsSpan(0, count));
    }
}

/// <summary>What chance does to sequences in training.</summary>
/// <param name="Augmentation">To numbers.</param>
/// <param name="TokenDropout">The probability with which a token is read as an unknown one.</param>
/// <param name="Unknown">The number of the unknown token.</param>
/// <param name="Seed">The seed of all chance.</param>
internal sealed record TrainingChange(SeriesAugmentation Augmentation, float TokenDropout, int Unknown, ulong Seed)
{
    /// <summary>The epoch.</summary>
    internal long Epoch { get; set; }
}
