namespace Unfold.Autodiff.Reference;

internal static partial class ReferenceMath<T>
{
    /// <summary>The sum of all elements.</summary>
    public static T Sum(ReadOnlySpan<T> x)
    {
        T sum = T.Zero;
        foreach (T value in x)
            sum += value;
        return sum;
    }

    /// <summary>dx += d for every element.</summary>
    public static void SumBackward(T d, Span<T> dx)
    {
        for (int i = 0; i < dx.Length; i++)
            dx[i] += d;
    }

    /// <summary>The sum of all elements over their number.</summary>
    public static T Mean(ReadOnlySpan<T> x) => Sum(x) / T.CreateChecked(x.Length);

    /// <summary>dx += d / n for every one of n elements.</summary>
    public static void MeanBackward(T d, Span<T> dx) => SumBackward(d / T.CreateChecked(dx.Length), dx);

    /// <summary>y[m, :] = a[m, :] followed by b[m, :].</summary>
    public static void Concat(ReadOnlySpan<T> a, ReadOnlySpan<T> b, int m, Span<T> y)
    {
        int na = a.Length / m;
        int nb = b.Length / m;
        for (int row = 0; row < m; row++)
        {
            a.Slice(row * na, na).CopyTo(y[(row * (na + nb))..]);
            b.Slice(row * nb, nb).CopyTo(y[(row * (na + nb) + na)..]);
        }
    }

    /// <summary>da[m, :] += the first columns of d[m, :], db[m, :] += the others.</summary>
    public static void ConcatBackward(ReadOnlySpan<T> d, int m, Span<T> da, Span<T> db)
    {
        int na = da.Length / m;
        int nb = db.Length / m;
        for (int row = 0; row < m; row++)
        {
            for (int i = 0; i < na; i++)
                da[row * na + i] += d[row * (na + nb) + i];
            for (int i = 0; i < nb; i++)
                db[row * nb + i] += d[row * (na + nb) + na + i];
        }
    }

    /// <summary>y[m, :] = w[indices[m], :], n columns.</summary>
    public static void Embedding(ReadOnlySpan<T> w, ReadOnlySpan<int> indices, int n, Span<T> y)
    {
        for (int row = 0; row < indices.Length; row++)
            w.Slice(indices[row] * n, n).CopyTo(y[(row * n)..]);
    }

    /// <summary>dw[indices[m], :] += d[m, :].</summary>
    public static void EmbeddingBackward(ReadOnlySpan<T> d, ReadOnlySpan<int> indices, int n, Span<T> dw)
    {
        for (int row = 0; row < indices.Length; row++)
        {
            for (int i = 0; i < n; i++)
                dw[indices[row] * n + i] += d[row * n + i];
        }
    }

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
