namespace Unfold.Autodiff.Reference;

internal static partial class ReferenceMath<T>
{
    /// <summary>y = x with axis axes[i] as its axis i.</summary>
    public static void Permute(ReadOnlySpan<T> x, int[] sizes, int[] axes, Span<T> y)
    {
        for (int i = 0; i < y.Length; i++)
            y[i] = x[Permuted(i, sizes, axes)];
    }

    /// <summary>dx += d with its axes put back.</summary>
    public static void PermuteBackward(ReadOnlySpan<T> d, int[] sizes, int[] axes, Span<T> dx)
    {
        for (int i = 0; i < d.Length; i++)
            dx[Permuted(i, sizes, axes)] += d[i];
    }

    /// <summary>The position in x of element i of y.</summary>
    private static int Permuted(int i, int[] sizes, int[] axes)
    {
        int[] index = new int[sizes.Length];
        for (int axis = sizes.Length - 1; axis >= 0; axis--)
            (i, index[axes[axis]]) = Math.DivRem(i, sizes[axes[axis]]);
        int place = 0;
        for (int axis = 0; axis < sizes.Length; axis++)
            place = place * sizes[axis] + index[axis];
        return place;
    }
}
