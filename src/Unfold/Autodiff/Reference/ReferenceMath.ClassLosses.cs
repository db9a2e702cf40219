namespace Unfold.Autodiff.Reference;

// Losses of classifiers as sums over rows: z[m, n] are scores of n classes, w[n] the classes' weights.
internal static partial class ReferenceMath<T>
{
    /// <summary>losses[m] = log(sum over n of exp z[m, n]) - z[m, targets[m]], or 0 where the target is <paramref name="ignoreIndex"/>.</summary>
    public static void SoftmaxCrossEntropy(ReadOnlySpan<T> z, ReadOnlySpan<int> targets, int ignoreIndex, Span<T> losses)
    {
        int n = targets.Length == 0 ? 0 : z.Length / targets.Length;
        for (int row = 0; row < targets.Length; row++)
        {
            ReadOnlySpan<T> logits = z.Slice(row * n, n);
            losses[row] = targets[row] == ignoreIndex ? T.Zero : LogSumExp(logits) - logits[targets[row]];
        }
    }

    /// <summary>dz[m, n] += d * (softmax(z[m, :])[n] - (1 where n is the target)) / the number of targets that count.</summary>
    public static void SoftmaxCrossEntropyBackward(T d, ReadOnlySpan<T> z, ReadOnlySpan<int> targets, int ignoreIndex, Span<T> dz)
    {
        int n = targets.Length == 0 ? 0 : z.Length / targets.Length;
        int counted = targets.Length - targets.Count(ignoreIndex);
        for (int row = 0; row < targets.Length; row++)
        {
            if (targets[row] == ignoreIndex)
                continue;
            ReadOnlySpan<T> logits = z.Slice(row * n, n);
            T logSumExp = LogSumExp(logits);
            for (int i = 0; i < n; i++)
            {
                T probability = T.Exp(logits[i] - logSumExp);
                dz[row * n + i] += d * (i == targets[row] ? probability - T.One : probability) / T.CreateChecked(counted);
            }
        }
    }

    /// <summary>
    /// What a row's cross-entropy weighs each class with, q[m, n] = w[n] ((1 - smoothing) (1 where n is the target) + smoothing / N);
    /// zeros in ignored rows. With that, <see cref="CrossEntropy"/> is the smoothed and weighted loss.
    /// </summary>
    public static T[] Smooth(ReadOnlySpan<int> targets, int ignoreIndex, ReadOnlySpan<T> w, T smoothing)
    {
        int n = w.Length;
        T[] q = new T[targets.Length * n];
        for (int row = 0; row < targets.Length; row++)
        {
            for (int i = 0; targets[row] != ignoreIndex && i < n; i++)
                q[row * n + i] = w[i] * ((i == targets[row] ? T.One - smoothing : T.Zero) + smoothing / T.CreateChecked(n));
        }

        return q;
    }

    /// <summary>The sum of -q[m, n] log softmax(z[m, :])[n].</summary>
    public static T CrossEntropy(ReadOnlySpan<T> z, ReadOnlySpan<T> q, int n)
    {
        T[] logarithms = new T[z.Length];
        LogSoftmax(z, n, logarithms);
        T sum = T.Zero;
        for (int i = 0; i < z.Length; i++)
            sum -= q[i] * logarithms[i];
        return sum;
    }

    /// <summary>dz[m, n] += d * (softmax(z[m, :])[n] * (sum over n of q[m, n]) - q[m, n]).</summary>
    public static void CrossEntropyBackward(T d, ReadOnlySpan<T> z, ReadOnlySpan<T> q, int n, Span<T> dz)
    {
        T[] probabilities = new T[z.Length];
        Softmax(z, n, probabilities);
        for (int i = 0; i < z.Length; i++)
            dz[i] += d * (probabilities[i] * Sum(q.Slice(i / n * n, n)) - q[i]);
    }

    /// <summary>The sum over rows of -w[targets[m]] z[m, targets[m]]; z are logarithms of probabilities.</summary>
    public static T NegativeLogLikelihood(ReadOnlySpan<T> z, ReadOnlySpan<int> targets, int ignoreIndex, ReadOnlySpan<T> w)
    {
        T sum = T.Zero;
        for (int row = 0; row < targets.Length; row++)
            sum -= targets[row] == ignoreIndex ? T.Zero : w[targets[row]] * z[row * w.Length + targets[row]];
        return sum;
    }

    /// <summary>dz[m, targets[m]] -= d * w[targets[m]].</summary>
    public static void NegativeLogLikelihoodBackward(T d, ReadOnlySpan<int> targets, int ignoreIndex, ReadOnlySpan<T> w, Span<T> dz)
    {
        for (int row = 0; row < targets.Length; row++)
        {
            if (targets[row] != ignoreIndex)
                dz[row * w.Length + targets[row]] -= d * w[targets[row]];
        }
    }

    /// <summary>The sum over rows of w[y] / N * sum over n ≠ y of max(0, margin - z[m, y] + z[m, n]) to the power, with y = targets[m].</summary>
    public static T MultiClassHinge(ReadOnlySpan<T> z, ReadOnlySpan<int> targets, ReadOnlySpan<T> w, T margin, int power)
    {
        int n = w.Length;
        T sum = T.Zero;
        for (int i = 0; i < z.Length; i++)
        {
            int y = targets[i / n];
            T h = T.Max(T.Zero, margin - z[i / n * n + y] + z[i]);
            if (i % n != y)
                sum += w[y] * (power == 1 ? h : h * h) / T.CreateChecked(n);
        }

        return sum;
    }

    /// <summary>dz[m, n] += d * w[y] / N * (1, or 2h, where h > 0), and the same from dz[m, y], for every n ≠ y.</summary>
    public static void MultiClassHingeBackward(T d, ReadOnlySpan<T> z, ReadOnlySpan<int> targets, ReadOnlySpan<T> w, T margin, int power, Span<T> dz)
    {
        int n = w.Length;
        for (int i = 0; i < z.Length; i++)
        {
            int y = targets[i / n], own = i / n * n + y;
            T h = margin - z[own] + z[i];
            if (i == own || h <= T.Zero)
                continue;
            T slope = d * w[y] * (power == 1 ? T.One : h + h) / T.CreateChecked(n);
            dz[i] += slope;
            dz[own] -= slope;
        }
    }

    private static T LogSumExp(ReadOnlySpan<T> x)
    {
        T maximum = x[0];
        foreach (T value in x)
            maximum = T.Max(maximum, value);
        T sum = T.Zero;
        foreach (T value in x)
            sum += T.Exp(value - maximum);
        return maximum + T.Log(sum);
    }
}
