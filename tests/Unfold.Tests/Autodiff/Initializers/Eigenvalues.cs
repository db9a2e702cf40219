namespace Unfold.Tests.Autodiff.Initializers;

/// <summary>The eigenvalues of a real matrix by the QR algorithm: another way than the library's to a spectral radius.</summary>
internal static class Eigenvalues
{
    /// <summary>Steps of the QR iteration on one eigenvalue after which it is given up; in practice two or three are needed.</summary>
    private const int MaximumSteps = 100;

    /// <summary>The largest absolute value among the eigenvalues. Cost: about 10 n³ multiply-adds.</summary>
    public static double SpectralRadius(double[,] matrix)
    {
        double largest = 0;
        foreach ((double real, double imaginary) in Of(matrix))
            largest = Math.Max(largest, Math.Sqrt(real * real + imaginary * imaginary));
        return largest;
    }

    /// <summary>
    /// All eigenvalues: reduction to Hessenberg form by elimination, then Francis's implicit double-shift QR (Golub and Van Loan, algorithms 7.4.2 and
    /// 7.5.2; elmhes and hqr of EISPACK). The matrix itself is not changed.
    /// </summary>
    public static List<(double Real, double Imaginary)> Of(double[,] matrix)
    {
        var a = (double[,])matrix.Clone();
        ReduceToHessenberg(a);
        var found = new List<(double Real, double Imaginary)>();
        int size = a.GetLength(0), high = size - 1, steps = 0;
        double norm = 0;
        foreach (double element in a)
            norm += Math.Abs(element);
        double shift = 0;
        while (high >= 0)
        {
            int low = high;
            while (low > 0 && !IsSmall(a, low, norm))
                low--;
            if (low > 0)
                a[low, low - 1] = 0;
            if (low >= high - 1)
            {
                if (low == high)
                    found.Add((a[high, high] + shift, 0));
                else
                    AddPair(found, a[high - 1, high - 1] + shift, a[high - 1, high], a[high, high - 1], a[high, high] + shift);
                high = low - 1;
                steps = 0;
                continue;
            }

            if (steps++ == MaximumSteps)
                throw new InvalidOperationException("The QR iteration for eigenvalues did not converge: the matrix has elements that are not finite.");
            FrancisStep(a, low, high, exceptional: steps % 10 == 0, ref shift);
        }

        return found;
    }

    private static bool IsSmall(double[,] a, int k, double norm)
    {
        double scale = Math.Abs(a[k - 1, k - 1]) + Math.Abs(a[k, k]);
        return Math.Abs(a[k, k - 1]) <= 1e-15 * (scale == 0 ? norm : scale);
    }

    /// <summary>The two eigenvalues of [[a, b], [c, d]].</summary>
    private static void AddPair(List<(double Real, double Imaginary)> found, double a, double b, double c, double d)
    {
        double middle = (a + d) / 2, half = (a - d) / 2, discriminant = half * half + b * c, root = Math.Sqrt(Math.Abs(discriminant));
        if (discriminant < 0)
        {
            found.Add((middle, root));
            found.Add((middle, -root));
            return;
        }

        double larger = middle + (middle >= 0 ? root : -root);
        found.Add((larger, 0));
        found.Add((larger == 0 ? 0 : (a * d - b * c) / larger, 0));
    }

    /// <summary>Zeros below the first subdiagonal by similar eliminations with pivoting.</summary>
    private static void ReduceToHessenberg(double[,] a)
    {
        int size = a.GetLength(0);
        for (int m = 1; m < size - 1; m++)
        {
            int pivot = m;
            for (int i = m + 1; i < size; i++)
                pivot = Math.Abs(a[i, m - 1]) > Math.Abs(a[pivot, m - 1]) ? i : pivot;
            if (a[pivot, m - 1] == 0)
                continue;
            if (pivot != m)
            {
                for (int j = m - 1; j < size; j++)
                    (a[pivot, j], a[m, j]) = (a[m, j], a[pivot, j]);
                for (int i = 0; i < size; i++)
                    (a[i, pivot], a[i, m]) = (a[i, m], a[i, pivot]);
            }

            for (int i = m + 1; i < size; i++)
            {
                double factor = a[i, m - 1] / a[m, m - 1];
                if (factor == 0)
                    continue;
                a[i, m - 1] = 0;
                for (int j = m; j < size; j++)
                    a[i, j] -= factor * a[m, j];
                for (int j = 0; j < size; j++)
                    a[j, m] += factor * a[j, i];
            }
        }
    }

    /// <summary>One double-shift sweep over rows and columns low … high; the part outside does not matter for eigenvalues alone.</summary>
    private static void FrancisStep(double[,] a, int low, int high, bool exceptional, ref double shift)
    {
        double x = a[high, high], y = a[high - 1, high - 1], w = a[high, high - 1] * a[high - 1, high];
        if (exceptional)
        {
            shift += x;
            for (int i = 0; i <= high; i++)
                a[i, i] -= x;
            double s = Math.Abs(a[high, high - 1]) + Math.Abs(a[high - 1, high - 2]);
            x = y = 0.75 * s;
            w = -0.4375 * s * s;
        }

        // The first column of (A - shift₁)(A - shift₂), whose three elements start the sweep.
        double sum = x + y, product = x * y - w;
        double p = a[low, low] * (a[low, low] - sum) + product + a[low, low + 1] * a[low + 1, low];
        double q = a[low + 1, low] * (a[low, low] + a[low + 1, low + 1] - sum);
        double r = a[low + 1, low] * a[low + 2, low + 1];
        for (int k = low; k < high; k++)
        {
            bool three = k < high - 1;
            if (k > low)
            {
                p = a[k, k - 1];
                q = a[k + 1, k - 1];
                r = three ? a[k + 2, k - 1] : 0;
            }
            else if (!three)
            {
                r = 0;
            }

            double norm = Math.Sqrt(p * p + q * q + r * r);
            if (norm == 0)
                continue;
            double alpha = p > 0 ? -norm : norm, head = p - alpha, scale = -1 / (alpha * head);
            if (k > low)
            {
                a[k, k - 1] = alpha;
                a[k + 1, k - 1] = 0;
                if (three)
                    a[k + 2, k - 1] = 0;
            }

            for (int j = k; j <= high; j++)
            {
                double f = scale * (head * a[k, j] + q * a[k + 1, j] + (three ? r * a[k + 2, j] : 0));
                a[k, j] -= f * head;
                a[k + 1, j] -= f * q;
                if (three)
                    a[k + 2, j] -= f * r;
            }

            for (int i = low; i <= Math.Min(high, k + 3); i++)
            {
                double f = scale * (head * a[i, k] + q * a[i, k + 1] + (three ? r * a[i, k + 2] : 0));
                a[i, k] -= f * head;
                a[i, k + 1] -= f * q;
                if (three)
                    a[i, k + 2] -= f * r;
            }
        }
    }
}
