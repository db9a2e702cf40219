using Unfold.Kernels.Random;

namespace Unfold.Models;

/// <summary>Chooses tokens by their logits. Allocates nothing after it was made; the choice is a function of the logits, the seed and the token's place.</summary>
internal sealed class TokenSampler
{
    /// <summary>Differs from the places of dropout and initialisation, so that equal seeds do not repeat their numbers.</summary>
    private static readonly uint GenerationPlace = Autodiff.Place.Of("generation");

    private readonly GenerationOptions _options;
    private readonly double[] _probabilities;
    private readonly float[] _keys;
    private readonly int[] _order;

    internal TokenSampler(GenerationOptions options, int vocabularySize)
    {
        _options = options;
        _probabilities = new double[vocabularySize];
        _keys = new float[vocabularySize];
        _order = new int[vocabularySize];
    }

    /// <summary>Chooses a token.</summary>
    /// <param name="logits">A score for each token.</param>
    /// <param name="position">The token's place in the text that is written, from 0.</param>
    internal int Choose(ReadOnlySpan<float> logits, long position)
    {
        if (_options.Greedy)
            return TokenScorer.Likeliest(logits);
        int candidates = Rank(logits);
        double total = Weigh(logits, candidates);
        candidates = CutToTopP(candidates, ref total);
        double threshold = CountedRandom.Uniform(_options.Seed, GenerationPlace, 0, (ulong)position, 0) * total;
        double sum = 0;
        for (int i = 0; i < candidates; i++)
        {
            sum += _probabilities[i];
            if (threshold < sum)
                return _order[i];
        }

        return _order[candidates - 1];
    }

    /// <summary>Puts the tokens in order, the likeliest first where that matters; returns how many may be chosen by <see cref="GenerationOptions.TopK"/>.</summary>
    private int Rank(ReadOnlySpan<float> logits)
    {
        for (int i = 0; i < logits.Length; i++)
        {
            _order[i] = i;
            _keys[i] = -logits[i];
        }

        if (_options.TopK is null && _options.TopP is null)
            return logits.Length;
        _keys.AsSpan().Sort(_order.AsSpan());
        return Math.Min(logits.Length, _options.TopK ?? logits.Length);
    }

    /// <summary>exp((logit - greatest) / temperature) of each candidate, and their sum.</summary>
    private double Weigh(ReadOnlySpan<float> logits, int candidates)
    {
        double greatest = double.NegativeInfinity;
        for (int i = 0; i < candidates; i++)
            greatest = Math.Max(greatest, logits[_order[i]]);
        double total = 0;
        for (int i = 0; i < candidates; i++)
        {
            _probabilities[i] = Math.Exp((logits[_order[i]] - greatest) / _options.Temperature);
            total += _probabilities[i];
        }

        return total;
    }

    private int CutToTopP(int candidates, ref double total)
    {
        if (_options.TopP is not double share)
            return candidates;
        double sum = 0;
        for (int i = 0; i < candidates; i++)
        {
            sum += _probabilities[i];
            if (sum >= share * total)
            {
                total = sum;
                return i + 1;
            }
        }

        return candidates;
    }
}
