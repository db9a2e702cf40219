using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>The path of the greatest score through a table of labels and steps (Viterbi 1967).</summary>
internal sealed class Viterbi
{
    private readonly float[] _start, _end, _columns;
    private readonly int _labels;

    /// <summary>With scores for labels at the beginning and at the end, and for transitions [K, K] from row to column.</summary>
    public Viterbi(ReadOnlySpan<float> start, ReadOnlySpan<float> end, ReadOnlySpan<float> transitions, LabelRules? allowed)
    {
        _labels = start.Length;
        (_start, _end, _columns) = (start.ToArray(), end.ToArray(), new float[_labels * _labels]);
        if (allowed is not null && allowed.Count != _labels)
            throw new ArgumentException($"LabelRules for {allowed.Count} labels do not fit {_labels} labels.");
        for (int j = 0; j < _labels; j++)
        {
            if (allowed is not null && !allowed.MayBegin(j))
                _start[j] = float.NegativeInfinity;
            for (int i = 0; i < _labels; i++)
                _columns[(j * _labels) + i] = allowed is null || allowed.MayFollow(i, j) ? transitions[(i * _labels) + j] : float.NegativeInfinity;
        }
    }

    /// <summary>[K]: what a label scores at the beginning; negative infinity where it may not stand there.</summary>
    public ReadOnlySpan<float> Start => _start;

    /// <summary>[K]: what a label scores at the end.</summary>
    public ReadOnlySpan<float> End => _end;

    /// <summary>What a label scores behind another; negative infinity where it may not stand there.</summary>
    public float Transition(int from, int to) => _columns[(to * _labels) + from];

    /// <summary>Writes the best labels of all sequences and returns the sum of their scores.</summary>
    public double Decode(Tensor scores, PackedSequences sequences, Span<int> labels)
    {
        if (labels.Length != sequences.RowCount)
            throw new ArgumentException($"Decode writes a label for each of the {sequences.RowCount} steps, but got room for {labels.Length}.");
        double[] best = new double[_labels], next = new double[_labels];
        int[] from = new int[checked(sequences.Steps * _labels)];
        double sum = 0;
        for (int n = 0; n < sequences.Count; n++)
        {
            int length = sequences.Length(n);
            for (int t = 0; t < length; t++)
            {
                Step(scores.Values.Slice(sequences.Row(t, n) * _labels, _labels), best, next, t == 0 ? [] : from.AsSpan(t * _labels, _labels));
                (best, next) = (next, best);
            }

            int label = 0;
            for (int j = 1; j < _labels; j++)
                label = best[j] + _end[j] > best[label] + _end[label] ? j : label;
            sum += best[label] + _end[label];
            for (int t = length - 1; t >= 0; t--)
            {
                labels[sequences.Row(t, n)] = label;
                label = t > 0 ? from[(t * _labels) + label] : 0;
            }
        }

        return sum;
    }

    /// <summary>The best score of a path to each label; at the first step, where nothing is to be remembered, that of its beginning.</summary>
    private void Step(ReadOnlySpan<float> scores, double[] best, double[] next, Span<int> from)
    {
        for (int j = 0; j < _labels; j++)
        {
            if (from.IsEmpty)
            {
                next[j] = (double)_start[j] + scores[j];
                continue;
            }

            ReadOnlySpan<float> column = _columns.AsSpan(j * _labels, _labels);
            int before = 0;
            double greatest = best[0] + column[0];
            for (int i = 1; i < column.Length; i++)
            {
                double score = best[i] + column[i];
                if (score > greatest)
                    (greatest, before) = (score, i);
            }

            (next[j], from[j]) = (greatest + scores[j], before);
        }
    }
}
