using Unfold.Kernels.Elementwise;

namespace Unfold.Autodiff.Initializers;

/// <summary>An orthonormal basis by Householder reflections.</summary>
internal static class Orthonormal
{
    /// <summary>
    /// The Q of a QR decomposition, with R's diagonal made positive, so that Q of normal numbers is uniformly distributed over all orthonormal bases
    /// (Mezzadri 2007). Cost: about 4 k² n multiply-adds for k vectors of n.
    /// </summary>
    /// <param name="vectors">k vectors of n ≥ k numbers each; overwritten.</param>
    /// <returns>k orthonormal vectors that span the same space.</returns>
    public static double[][] Of(double[][] vectors)
    {
        int count = vectors.Length, length = count == 0 ? 0 : vectors[0].Length;
        var signs = new double[count];
        for (int k = 0; k < count; k++)
        {
            // The reflection I - 2 u uᵀ that turns vector k, from element k on, into a multiple of the first axis; u is kept in its place.
            Span<double> u = vectors[k].AsSpan(k);
            double norm = Norm(u);
            signs[k] = u[0] > 0 ? -1 : 1;
            u[0] -= signs[k] * norm;
            double size = Norm(u);
            if (size > 0)
            {
                for (int i = 0; i < u.Length; i++)
                    u[i] /= size;
            }

            for (int j = k + 1; j < count; j++)
                Reflect(u, vectors[j].AsSpan(k));
        }

        var basis = new double[count][];
        for (int k = 0; k < count; k++)
        {
            basis[k] = new double[length];
            basis[k][k] = signs[k];
            for (int j = k; j >= 0; j--)
                Reflect(vectors[j].AsSpan(j), basis[k].AsSpan(j));
        }

        return basis;
    }

    private static unsafe void Reflect(ReadOnlySpan<double> u, Span<double> v)
    {
        fixed (double* pu = u, pv = v)
            DoubleVectors.SubtractScaled(2 * DoubleVectors.Dot(pu, pv, v.Length), pu, pv, v.Length);
    }

    private static unsafe double Norm(ReadOnlySpan<double> v)
    {
        fixed (double* p = v)
            return Math.Sqrt(DoubleVectors.Dot(p, p, v.Length));
    }
}
