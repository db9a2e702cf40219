using Unfold.Baselines;

namespace Unfold.Tests.Baselines;

public sealed class NGramModelTests
{
    /// <summary>A text of a little grammar, so that all counts from 1 to many occur.</summary>
    private static int[] Text(int length)
    {
        int[] tokens = new int[length];
        uint state = 7;
        for (int i = 0; i < length; i++)
        {
            state = (state * 1664525) + 1013904223;
            tokens[i] = (state >> 20) % 5 < 3 && i > 1 ? (tokens[i - 1] + tokens[i - 2] + 1) % 6 : (int)((state >> 8) % 6);
        }

        return tokens;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    public void Probabilities_of_all_tokens_sum_to_one(int order)
    {
        int[] text = Text(400);
        NGramModel model = new(text, 8, order);
        foreach (int[] history in new int[][] { [], [0], [3, 1], [7, 7], [5, 7, 2], [1, 2, 3, 4, 5] })
            Assert.Equal(1, Enumerable.Range(0, 8).Sum(token => model.Probability(history, token)), 12);
    }

    [Fact]
    public void Equals_the_definition_of_Chen_and_Goodman()
    {
        int[] text = Text(300);
        NGramModel model = new(text, 7, 3);
        foreach (int[] history in new int[][] { [], [2], [0, 1], [4, 4], [3, 5], [6, 1] })
        {
            for (int token = 0; token < 7; token++)
                Assert.Equal(Definition(text, history, token, 3, 7), model.Probability(history, token), 12);
        }
    }

    [Fact]
    public void Knows_what_it_has_read_and_gives_a_text_of_one_token()
    {
        int[] text = Text(2000);
        NGramModel model = new(text, 6, 5);
        Assert.True(model.Loss(text) < new NGramModel(text, 6, 1).Loss(text) - 0.2);
        Assert.Equal(1, Enumerable.Range(0, 3).Sum(token => new NGramModel([1], 3, 5).Probability([], token)), 12);
        Assert.Contains("from 0 to 2", Assert.Throws<ArgumentException>(() => new NGramModel([3], 3)).Message);
    }

    /// <summary>As written in Chen and Goodman 1999, with lists of n-grams and no thought of speed.</summary>
    private static double Definition(int[] text, int[] history, int token, int order, int vocabulary)
    {
        if (history.Length > order - 1)
            history = history[^(order - 1)..];
        string[][] grams = [.. Enumerable.Range(1, order).Select(k => Enumerable.Range(0, text.Length - k + 1).Select(i => string.Join(' ', text[i..(i + k)])).ToArray())];
        return At(history);

        Dictionary<string, int> Counts(int k)
        {
            if (k == order)
                return grams[k - 1].GroupBy(gram => gram).ToDictionary(group => group.Key, group => group.Count());
            IEnumerable<string> longer = grams[k].Distinct().Append("start " + grams[k - 1][0]);
            return longer.Select(gram => gram[(gram.IndexOf(' ') + 1)..]).GroupBy(gram => gram).ToDictionary(group => group.Key, group => group.Count());
        }

        double At(int[] context)
        {
            int k = context.Length + 1;
            Dictionary<string, int> counts = Counts(k);
            double N(int c) => counts.Values.LongCount(count => count == c);
            double y = N(1) == 0 ? 0 : N(1) / (N(1) + (2 * N(2)));
            double D(int count) => count == 0 ? 0 : Math.Clamp(Estimate(Math.Min(count, 3)), 0, Math.Min(count, 3));
            double Estimate(int c) => N(c) * N(c + 1) == 0 ? y : c - ((c + 1) * y * N(c + 1) / N(c));
            string prefix = string.Concat(context.Select(t => t + " "));
            int Count(int t) => counts.GetValueOrDefault(prefix + t);
            double total = Enumerable.Range(0, vocabulary).Sum(Count), left = Enumerable.Range(0, vocabulary).Sum(t => D(Count(t)));
            double shorter = k == 1 ? 1.0 / vocabulary : At(context[1..]);
            return total == 0 ? shorter : (Count(token) - D(Count(token)) + (left * shorter)) / total;
        }
    }
}
