namespace Unfold.Baselines;

/// <summary>
/// A language model that counts: each token by the few before it, with modified Kneser–Ney smoothing, interpolated. What networks had to beat for fifteen years.
/// </summary>
/// <remarks>
/// Effectively computes <c>p(w | h) = (n(h w) - D) / n(h ·) + g(h) p(w | h without its first token)</c>, ending with <c>1 / V</c>. Orders below the highest count in how many contexts a token stands;
/// D depends on whether a count is 1, 2 or more and is estimated from the counts of counts. Source: Kneser and Ney 1995; Chen and Goodman 1999. Memory: some 40 bytes for each different n-gram.
/// </remarks>
public sealed class NGramModel
{
    private readonly Level[] _levels;
    private readonly int _vocabulary;

    /// <summary>Counts a text.</summary>
    /// <param name="tokens">The tokens, from 0 to V - 1; one or more.</param>
    /// <param name="vocabulary">V.</param>
    /// <param name="order">n, the tokens of the longest n-gram; 1 to 20; default 5.</param>
    /// <exception cref="ArgumentException">There is no token, one is out of range, or the order is.</exception>
    public NGramModel(ReadOnlySpan<int> tokens, int vocabulary, int order = 5)
    {
        if (tokens.IsEmpty || order is < 1 or > 20)
            throw new ArgumentException($"NGramModel expects 1 token or more and an order from 1 to 20, but got {tokens.Length} tokens and order {order}.");
        foreach (int token in tokens)
        {
            if (token < 0 || token >= vocabulary)
                throw new ArgumentException($"NGramModel expects tokens from 0 to {vocabulary - 1}, but got {token}.");
        }

        (_vocabulary, Order) = (vocabulary, order);
        _levels = new Level[order];
        int[] prefixes = new int[tokens.Length], ends = new int[tokens.Length];
        Level? shorter = null;
        for (int k = 1; k <= order; k++)
        {
            Level level = _levels[k - 1] = new Level();
            for (int i = 0; i + k <= tokens.Length; i++)
            {
                int number = level.Add(prefixes[i], tokens[i + k - 1], out bool isNew);
                ends[i] = number;
                if (k == order)
                    level.Counts[number]++;
                if (isNew && shorter is not null)
                    shorter.Counts[prefixes[i + 1]]++;
            }

            // What stands before the first token is a context as well.
            if (k < order && k <= tokens.Length)
                level.Counts[ends[0]]++;
            (prefixes, ends) = (ends, prefixes);
            shorter = level;
        }

        foreach (Level level in _levels)
            level.Finish();
    }

    /// <summary>n, the tokens of the longest n-gram.</summary>
    public int Order { get; }

    /// <summary>How many different n-grams of all orders there are.</summary>
    public long Count => _levels.Sum(level => (long)level.Counts.Count);

    /// <summary>The probability of a token; never 0.</summary>
    /// <param name="history">The tokens before it; the last n - 1 matter.</param>
    /// <param name="token">The token, from 0 to V - 1.</param>
    public double Probability(ReadOnlySpan<int> history, int token)
    {
        double probability = 1.0 / _vocabulary;
        for (int k = 1; k <= Math.Min(Order, history.Length + 1); k++)
        {
            int context = Find(history[(history.Length - k + 1)..]);
            if (context < 0)
                break;
            probability = _levels[k - 1].Interpolate(context, token, probability);
        }

        return probability;
    }

    /// <summary>The mean loss of a text's tokens in nats, each predicted from those before it in the same text.</summary>
    /// <param name="tokens">The tokens, from 0 to V - 1; one or more.</param>
    /// <param name="cancellationToken">Ends the measurement.</param>
    public double Loss(ReadOnlySpan<int> tokens, CancellationToken cancellationToken = default)
    {
        double sum = 0;
        for (int i = 0; i < tokens.Length; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int first = Math.Max(0, i - Order + 1);
            sum -= Math.Log(Probability(tokens[first..i], tokens[i]));
        }

        return sum / tokens.Length;
    }

    /// <summary>The number of a context; -1 for one that never came.</summary>
    private int Find(ReadOnlySpan<int> context)
    {
        int number = 0;
        for (int k = 0; k < context.Length && number >= 0; k++)
            number = _levels[k].Find(number, context[k]);
        return number;
    }

    /// <summary>All n-grams of one length. Each has a number, by which its first n - 1 tokens and the last give it.</summary>
    private sealed class Level
    {
        private readonly Dictionary<long, int> _numbers = [];
        private readonly double[] _discounts = new double[4];
        private Context[] _contexts = [];

        /// <summary>For each n-gram how often it came or, below the highest order, behind how many tokens.</summary>
        public List<int> Counts { get; } = [];

        public int Add(int prefix, int token, out bool isNew)
        {
            ref int number = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_numbers, Key(prefix, token), out bool exists);
            isNew = !exists;
            if (isNew)
            {
                number = Counts.Count;
                Counts.Add(0);
            }

            return number;
        }

        public int Find(int prefix, int token) => _numbers.TryGetValue(Key(prefix, token), out int number) ? number : -1;

        /// <summary>Estimates the discounts, and sums up what each context has.</summary>
        public void Finish()
        {
            Span<long> ofCounts = stackalloc long[5];
            foreach (int count in Counts)
            {
                if (count is >= 1 and <= 4)
                    ofCounts[count]++;
            }

            double y = ofCounts[1] == 0 ? 0 : ofCounts[1] / (double)(ofCounts[1] + (2 * ofCounts[2]));
            for (int c = 1; c <= 3; c++)
            {
                // Where a text is too short for the estimate, the plain discount of Kneser and Ney.
                double discount = ofCounts[c] == 0 || ofCounts[c + 1] == 0 ? y : c - ((c + 1) * y * ofCounts[c + 1] / ofCounts[c]);
                _discounts[c] = Math.Clamp(discount, 0, c);
            }

            _contexts = new Context[_numbers.Count == 0 ? 0 : _numbers.Keys.Max(key => key >> 32) + 1];
            foreach ((long key, int number) in _numbers)
            {
                ref Context context = ref _contexts[key >> 32];
                int count = Counts[number];
                context.Total += count;
                context.Left += Discount(count);
            }
        }

        /// <summary>The probability, given that by the shorter context.</summary>
        public double Interpolate(int context, int token, double shorter)
        {
            if (context >= _contexts.Length || _contexts[context].Total == 0)
                return shorter;
            Context found = _contexts[context];
            int number = Find(context, token);
            double count = number < 0 ? 0 : Counts[number] - Discount(Counts[number]);
            return (count + (found.Left * shorter)) / found.Total;
        }

        private double Discount(int count) => _discounts[Math.Min(count, 3)];

        private static long Key(int prefix, int token) => ((long)prefix << 32) | (uint)token;

        /// <summary>The sum of the counts behind a context, and what discounts take of it.</summary>
        private struct Context
        {
            public double Total;
            public double Left;
        }
    }
}
