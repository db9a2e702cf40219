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
}
