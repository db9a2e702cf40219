using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>The likeliest beginnings of the labels of several sequences, step by step; places are those of the packed order.</summary>
internal sealed class LabelBeams
{
    private readonly int _beam, _labels;
    private readonly LabelRules? _allowed;
    private readonly double[] _scores, _next;
    private readonly int[] _last;
    private readonly List<(int[] Label, int[] From)> _steps = [];
    private readonly double[] _candidates;

    /// <param name="places">N.</param>
    /// <param name="beam">How many beginnings are kept of each sequence.</param>
    /// <param name="labels">K.</param>
    /// <param name="allowed">Which labels may follow one another; null for all.</param>
    internal LabelBeams(int places, int beam, int labels, LabelRules? allowed)
    {
        (_beam, _labels, _allowed) = (beam, labels, allowed);
        (_scores, _next) = (new double[places * beam], new double[places * beam]);
        (_last, _candidates) = (new int[places * beam], new double[beam * labels]);
        Array.Fill(_last, labels);
        for (int i = 0; i < _scores.Length; i++)
            _scores[i] = i % beam == 0 ? 0 : double.NegativeInfinity;
    }

    /// <summary>[N · beam]: the last label of each beginning; K for none.</summary>
    internal ReadOnlySpan<int> Last => _last;

    /// <summary>Goes one step on.</summary>
    /// <param name="scores">[active · beam, K].</param>
    /// <param name="active">How many sequences have the step.</param>
    /// <returns>[active · beam]: of which row of before each beginning is the continuation.</returns>
    internal ReadOnlySpan<int> Extend(Tensor scores, int active)
    {
        int[] label = new int[active * _beam], from = new int[active * _beam];
        for (int place = 0; place < active; place++)
        {
            for (int b = 0; b < _beam; b++)
                Candidates(scores.Values.Slice(((place * _beam) + b) * _labels, _labels), (place * _beam) + b, _candidates.AsSpan(b * _labels, _labels));
            for (int b = 0; b < _beam; b++)
            {
                int best = 0;
                for (int i = 1; i < _candidates.Length; i++)
                    best = _candidates[i] > _candidates[best] ? i : best;
                int row = (place * _beam) + b;
                (label[row], from[row], _next[row]) = (best % _labels, (place * _beam) + (best / _labels), _candidates[best]);
                _candidates[best] = double.NegativeInfinity;
            }
        }

        label.CopyTo(_last, 0);
        _next.AsSpan(0, label.Length).CopyTo(_scores);
        _steps.Add((label, from));
        return from;
    }

    /// <summary>Writes the best labels of each sequence, and gives their scores in the order of the sequences.</summary>
    internal double[] Write(PackedSequences sequences, Span<int> labels)
    {
        double[] found = new double[sequences.Count];
        for (int place = 0; place < sequences.Count; place++)
        {
            int n = sequences.Order[place], row = place * _beam;
            for (int b = 1; b < _beam; b++)
                row = _scores[(place * _beam) + b] > _scores[row] ? (place * _beam) + b : row;
            found[n] = _scores[row];
            for (int t = sequences.Length(n) - 1; t >= 0; t--)
            {
                labels[sequences.Row(t, n)] = _steps[t].Label[row];
                row = _steps[t].From[row];
            }
        }

        return found;
    }

    /// <summary>What a beginning's score would be with each label behind it.</summary>
    private void Candidates(ReadOnlySpan<float> scores, int row, Span<double> candidates)
    {
        double greatest = double.NegativeInfinity, sum = 0;
        foreach (float score in scores)
            greatest = Math.Max(greatest, score);
        foreach (float score in scores)
            sum += Math.Exp(score - greatest);
        double all = greatest + Math.Log(sum);
        for (int k = 0; k < candidates.Length; k++)
        {
            bool may = _allowed is null || (_last[row] == _labels ? _allowed.MayBegin(k) : _allowed.MayFollow(_last[row], k));
            candidates[k] = may ? _scores[row] + scores[k] - all : double.NegativeInfinity;
        }
    }
}
