namespace Unfold.Autodiff.Reference;

// One sequence of L steps and K labels: x [L, K] scores, start [K], end [K], w [K, K] transitions from row to column, y [L] the right labels.
internal static partial class ReferenceMath<T>
{
    /// <summary>-log p(y | x): the logarithm of the sum over all paths of their exponentials, less the score of y.</summary>
    public static T LinearChain(ReadOnlySpan<T> x, ReadOnlySpan<T> start, ReadOnlySpan<T> end, ReadOnlySpan<T> w, ReadOnlySpan<int> y)
    {
        T own = start[y[0]] + end[y[^1]];
        for (int t = 0; t < y.Length; t++)
            own += x[t * start.Length + y[t]] + (t > 0 ? w[y[t - 1] * start.Length + y[t]] : T.Zero);
        T[] last = [.. Alphas(x, start, w, y.Length).AsSpan((y.Length - 1) * start.Length)];
        for (int i = 0; i < last.Length; i++)
            last[i] += end[i];
        return LogSumExp(last) - own;
    }

    /// <summary>The gradients += d times the probability of each label and of each transition, by forward and backward sums, less 1 for those of y.</summary>
    public static void LinearChainBackward(
        T d, ReadOnlySpan<T> x, ReadOnlySpan<T> start, ReadOnlySpan<T> end, ReadOnlySpan<T> w, ReadOnlySpan<int> y, Span<T> dx, Span<T> dstart, Span<T> dend, Span<T> dw)
    {
        int count = start.Length, length = y.Length;
        T[] alpha = Alphas(x, start, w, length), beta = new T[length * count], terms = new T[count];
        end.CopyTo(beta.AsSpan((length - 1) * count));
        for (int t = length - 2; t >= 0; t--)
        {
            for (int i = 0; i < count; i++)
            {
                for (int j = 0; j < count; j++)
                    terms[j] = w[i * count + j] + x[(t + 1) * count + j] + beta[(t + 1) * count + j];
                beta[t * count + i] = LogSumExp(terms);
            }
        }

        for (int i = 0; i < count; i++)
            terms[i] = alpha[i] + beta[i];
        T all = LogSumExp(terms);
        for (int t = 0; t < length; t++)
        {
            for (int j = 0; j < count; j++)
            {
                T probability = T.Exp(alpha[t * count + j] + beta[t * count + j] - all) - (y[t] == j ? T.One : T.Zero);
                dx[t * count + j] += d * probability;
                if (t == 0)
                    dstart[j] += d * probability;
                if (t == length - 1)
                    dend[j] += d * probability;
                for (int i = 0; i < count && t > 0; i++)
                {
                    T both = T.Exp(alpha[(t - 1) * count + i] + w[i * count + j] + x[t * count + j] + beta[t * count + j] - all);
                    dw[i * count + j] += d * (both - (y[t - 1] == i && y[t] == j ? T.One : T.Zero));
                }
            }
        }
    }

    private static T[] Alphas(ReadOnlySpan<T> x, ReadOnlySpan<T> start, ReadOnlySpan<T> w, int length)
    {
        int count = start.Length;
        T[] alpha = new T[length * count], terms = new T[count];
        for (int t = 0; t < length; t++)
        {
            for (int j = 0; j < count; j++)
            {
                for (int i = 0; i < count && t > 0; i++)
                    terms[i] = alpha[(t - 1) * count + i] + w[i * count + j];
                alpha[t * count + j] = x[t * count + j] + (t == 0 ? start[j] : LogSumExp(terms));
            }
        }

        return alpha;
    }
}
