using System.Runtime.InteropServices;

namespace Unfold.Baselines;

/// <summary>How likely a label is behind two others. Both ends of a sentence count as a label of their own.</summary>
/// <remarks>Source: deleted interpolation as in Brants 2000, "TnT", section 2.2 and figure 1.</remarks>
internal sealed class LabelTransitions
{
    private readonly int _states;
    private readonly long[] _one, _two;
    private readonly Dictionary<long, long> _three = [];
    private readonly double _sum, _weightOne, _weightTwo, _weightThree;

    /// <param name="chains">The labels of each sentence, from 0.</param>
    /// <param name="labels">K, how many labels there are; K stands for the ends.</param>
    internal LabelTransitions(IEnumerable<int[]> chains, int labels)
    {
        _states = labels + 1;
        (_one, _two) = (new long[_states], new long[_states * _states]);
        foreach (int[] chain in chains)
        {
            (int a, int b) = (labels, labels);
            foreach (int c in chain.Append(labels))
            {
                _one[c]++;
                _two[(b * _states) + c]++;
                CollectionsMarshal.GetValueRefOrAddDefault(_three, Key(a, b, c), out _)++;
                (a, b) = (b, c);
            }
        }

        // At a sentence's begin two ends stand before, which are behind nothing: what is counted behind them is counted as of one.
        _sum = _one.Sum();
        foreach ((long key, long count) in _three)
        {
            (int a, int b, int c) = ((int)(key / _states / _states), (int)(key / _states % _states), (int)(key % _states));
            double three = Share(count - 1, Behind(a, b) - 1), two = Share(_two[(b * _states) + c] - 1, Behind(b) - 1), one = Share(_one[c] - 1, _sum - 1);
            if (three >= two && three >= one)
                _weightThree += count;
            else if (two >= one)
                _weightTwo += count;
            else
                _weightOne += count;
        }

        double all = _weightOne + _weightTwo + _weightThree;
        (_weightOne, _weightTwo, _weightThree) = (_weightOne / all, _weightTwo / all, _weightThree / all);
    }

    /// <summary>log p(c | a b); minus infinity for a label that never occurs.</summary>
    internal double this[int a, int b, int c] => Math.Log(
        (_weightOne * Share(_one[c], _sum)) + (_weightTwo * Share(_two[(b * _states) + c], Behind(b))) + (_weightThree * Share(_three.GetValueOrDefault(Key(a, b, c)), Behind(a, b))));

    private static double Share(double count, double of) => of > 0 ? count / of : 0;

    private double Behind(int b) => _one[b];

    /// <summary>How often a b has something behind it; the beginning, two ends, as often as there are sentences.</summary>
    private double Behind(int a, int b) => a == _states - 1 && b == _states - 1 ? _one[b] : _two[(a * _states) + b];

    private long Key(int a, int b, int c) => ((((long)a * _states) + b) * _states) + c;
}
