namespace Unfold.Autodiff.Reference;

// Losses as sums: the mean is a division by a count, which is a factor of d on the way back. x are predictions or logits, t targets.
internal static partial class ReferenceMath<T>
{
    /// <summary>The sum of (x - t)².</summary>
    public static T SquaredError(ReadOnlySpan<T> x, ReadOnlySpan<T> t)
    {
        T sum = T.Zero;
        for (int i = 0; i < x.Length; i++)
            sum += (x[i] - t[i]) * (x[i] - t[i]);
        return sum;
    }

    /// <summary>dx += d * 2 (x - t).</summary>
    public static void SquaredErrorBackward(T d, ReadOnlySpan<T> x, ReadOnlySpan<T> t, Span<T> dx)
    {
        for (int i = 0; i < x.Length; i++)
            dx[i] += d * (x[i] - t[i] + x[i] - t[i]);
    }

    /// <summary>The sum of (log(1 + x) - log(1 + t))².</summary>
    public static T SquaredLogarithmicError(ReadOnlySpan<T> x, ReadOnlySpan<T> t)
    {
        T sum = T.Zero;
        for (int i = 0; i < x.Length; i++)
            sum += T.Pow(T.LogP1(x[i]) - T.LogP1(t[i]), T.CreateChecked(2));
        return sum;
    }

    /// <summary>dx += d * 2 (log(1 + x) - log(1 + t)) / (1 + x).</summary>
    public static void SquaredLogarithmicErrorBackward(T d, ReadOnlySpan<T> x, ReadOnlySpan<T> t, Span<T> dx)
    {
        for (int i = 0; i < x.Length; i++)
            dx[i] += d * T.CreateChecked(2) * (T.LogP1(x[i]) - T.LogP1(t[i])) / (T.One + x[i]);
    }

    /// <summary>The sum of |x - t|.</summary>
    public static T AbsoluteError(ReadOnlySpan<T> x, ReadOnlySpan<T> t)
    {
        T sum = T.Zero;
        for (int i = 0; i < x.Length; i++)
            sum += T.Abs(x[i] - t[i]);
        return sum;
    }

    /// <summary>dx += d, -d or, where x = t, 0.</summary>
    public static void AbsoluteErrorBackward(T d, ReadOnlySpan<T> x, ReadOnlySpan<T> t, Span<T> dx)
    {
        for (int i = 0; i < x.Length; i++)
            dx[i] += d * T.CreateChecked(T.Sign(x[i] - t[i]));
    }

    /// <summary>The sum of e² / 2 where |e| = |x - t| ≤ delta, else delta (|e| - delta / 2).</summary>
    public static T Huber(ReadOnlySpan<T> x, ReadOnlySpan<T> t, T delta)
    {
        T sum = T.Zero, half = T.CreateChecked(0.5);
        for (int i = 0; i < x.Length; i++)
        {
            T e = T.Abs(x[i] - t[i]);
            sum += e <= delta ? half * e * e : delta * (e - half * delta);
        }

        return sum;
    }

    /// <summary>dx += d * (x - t), held within ±delta.</summary>
    public static void HuberBackward(T d, ReadOnlySpan<T> x, ReadOnlySpan<T> t, T delta, Span<T> dx)
    {
        for (int i = 0; i < x.Length; i++)
            dx[i] += d * T.Clamp(x[i] - t[i], -delta, delta);
    }

    /// <summary>The sum of -w[n] t log sigmoid(x) - (1 - t) log sigmoid(-x), n being the column of x[m, n].</summary>
    public static T BinaryCrossEntropy(ReadOnlySpan<T> x, ReadOnlySpan<T> t, ReadOnlySpan<T> w)
    {
        T sum = T.Zero;
        for (int i = 0; i < x.Length; i++)
            sum += w[i % w.Length] * t[i] * T.LogP1(T.Exp(-x[i])) + (T.One - t[i]) * T.LogP1(T.Exp(x[i]));
        return sum;
    }

    /// <summary>dx += d * ((1 - t) sigmoid(x) - w[n] t sigmoid(-x)).</summary>
    public static void BinaryCrossEntropyBackward(T d, ReadOnlySpan<T> x, ReadOnlySpan<T> t, ReadOnlySpan<T> w, Span<T> dx)
    {
        for (int i = 0; i < x.Length; i++)
            dx[i] += d * ((T.One - t[i]) / (T.One + T.Exp(-x[i])) - w[i % w.Length] * t[i] / (T.One + T.Exp(x[i])));
    }

    /// <summary>The sum of t (log t - x), 0 where t = 0; x are logarithms of probabilities.</summary>
    public static T KlDivergence(ReadOnlySpan<T> x, ReadOnlySpan<T> t)
    {
        T sum = T.Zero;
        for (int i = 0; i < x.Length; i++)
            sum += t[i] == T.Zero ? T.Zero : t[i] * (T.Log(t[i]) - x[i]);
        return sum;
    }

    /// <summary>dx -= d * t.</summary>
    public static void KlDivergenceBackward(T d, ReadOnlySpan<T> t, Span<T> dx)
    {
        for (int i = 0; i < t.Length; i++)
            dx[i] -= d * t[i];
    }

    /// <summary>The sum of max(0, margin - t x).</summary>
    public static T Hinge(ReadOnlySpan<T> x, ReadOnlySpan<T> t, T margin)
    {
        T sum = T.Zero;
        for (int i = 0; i < x.Length; i++)
            sum += T.Max(T.Zero, margin - t[i] * x[i]);
        return sum;
    }

    /// <summary>dx -= d * t where margin - t x > 0.</summary>
    public static void HingeBackward(T d, ReadOnlySpan<T> x, ReadOnlySpan<T> t, T margin, Span<T> dx)
    {
        for (int i = 0; i < x.Length; i++)
            dx[i] -= margin - t[i] * x[i] > T.Zero ? d * t[i] : T.Zero;
    }

    /// <summary>The sum of q (t - x) where the truth t is above x, else of (q - 1)(t - x), with q by turns.</summary>
    public static T Pinball(ReadOnlySpan<T> x, ReadOnlySpan<T> t, ReadOnlySpan<T> q)
    {
        T sum = T.Zero;
        for (int i = 0; i < x.Length; i++)
            sum += (t[i] - x[i]) * (t[i] > x[i] ? q[i % q.Length] : q[i % q.Length] - T.One);
        return sum;
    }

    /// <summary>Its gradient: -q where the truth is above, 1 - q where it is below.</summary>
    public static void PinballBackward(T d, ReadOnlySpan<T> x, ReadOnlySpan<T> t, ReadOnlySpan<T> q, Span<T> dx)
    {
        for (int i = 0; i < x.Length; i++)
            dx[i] += d * ((t[i] > x[i] ? T.Zero : T.One) - q[i % q.Length]);
    }
}
