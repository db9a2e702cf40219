namespace Unfold.Autodiff.Reference;

// One sequence of L steps and K labels: x [L, K] logits, y [U] the labels. States s are the blank before, between and behind the labels.
internal static partial class ReferenceMath<T>
{
    /// <summary>-log of the sum over all paths that say y of their probabilities.</summary>
    public static T Ctc(ReadOnlySpan<T> x, int classes, ReadOnlySpan<int> y, int blank)
    {
        int states = 2 * y.Length + 1;
        T[] alpha = CtcAlphas(LogProbabilities(x, classes), classes, y, blank);
        return states == 1 ? -alpha[^1] : -LogSumExp([alpha[^1], alpha[^2]]);
    }

    /// <summary>dx += d times softmax(x) less the share of the paths at each label, by the sums of beginnings and of ends; ends are beginnings read backwards.</summary>
    public static void CtcBackward(T d, ReadOnlySpan<T> x, int classes, ReadOnlySpan<int> y, int blank, Span<T> dx)
    {
        int length = x.Length / classes, states = 2 * y.Length + 1;
        T[] p = LogProbabilities(x, classes), turned = new T[p.Length];
        for (int i = 0; i < p.Length; i++)
            turned[(length - 1 - i / classes) * classes + i % classes] = p[i];
        int[] turnedLabels = [.. y.ToArray().Reverse()];
        T[] alpha = CtcAlphas(p, classes, y, blank), beta = CtcAlphas(turned, classes, turnedLabels, blank);
        T all = -Ctc(x, classes, y, blank);
        for (int t = 0; t < length; t++)
        {
            for (int k = 0; k < classes; k++)
                dx[t * classes + k] += d * T.Exp(p[t * classes + k]);
            for (int s = 0; s < states; s++)
            {
                int label = s % 2 == 0 ? blank : y[s / 2];
                T both = alpha[t * states + s] + beta[(length - 1 - t) * states + states - 1 - s] - p[t * classes + label];
                if (T.IsFinite(both))
                    dx[t * classes + label] -= d * T.Exp(both - all);
            }
        }
    }

    private static T[] LogProbabilities(ReadOnlySpan<T> x, int classes)
    {
        T[] p = x.ToArray();
        for (int first = 0; first < p.Length; first += classes)
        {
            T sum = LogSumExp(x.Slice(first, classes));
            for (int k = 0; k < classes; k++)
                p[first + k] -= sum;
        }

        return p;
    }

    private static T[] CtcAlphas(T[] p, int classes, ReadOnlySpan<int> y, int blank)
    {
        int length = p.Length / classes, states = 2 * y.Length + 1;
        T[] alpha = new T[length * states];
        for (int t = 0; t < length; t++)
        {
            for (int s = 0; s < states; s++)
            {
                int label = s % 2 == 0 ? blank : y[s / 2];
                List<T> from = t == 0 ? (s < 2 ? [T.Zero] : []) : [alpha[(t - 1) * states + s]];
                if (t > 0 && s > 0)
                    from.Add(alpha[(t - 1) * states + s - 1]);
                if (t > 0 && s > 1 && label != blank && label != y[s / 2 - 1])
                    from.Add(alpha[(t - 1) * states + s - 2]);
                T[] finite = [.. from.Where(T.IsFinite)];
                alpha[t * states + s] = finite.Length == 0 ? T.NegativeInfinity : p[t * classes + label] + LogSumExp(finite);
            }
        }

        return alpha;
    }
}
