namespace Unfold.Autodiff;

/// <summary>Compares a gradient with differences of the function's values, in double precision.</summary>
internal static class GradientCheck
{
    /// <summary>
    /// The greatest relative error of a gradient: |a - n| / max(|a|, |n|, 1e-3 of the greatest component), where n is the derivative by
    /// five values at -2h, -h, 0, h and 2h (error h^4 f'''''/30). Cost: four calls for each variable. The function must be smooth within 2h of the
    /// point, so keep away from the corner of a ReLU.
    /// </summary>
    /// <param name="function">The function; it must not keep or change its argument.</param>
    /// <param name="point">Where; unchanged afterwards.</param>
    /// <param name="gradient">The gradient to be checked.</param>
    /// <param name="step">h, for variables of about 1.</param>
    public static double RelativeError(Func<double[], double> function, double[] point, ReadOnlySpan<double> gradient, double step = 1e-3)
    {
        if (point.Length != gradient.Length)
            throw new ArgumentException($"The gradient of {point.Length} variables has as many components, but got {gradient.Length}.");
        double[] numeric = new double[point.Length];
        double greatest = 0;
        for (int i = 0; i < point.Length; i++)
        {
            numeric[i] = Derivative(function, point, i, step);
            greatest = Math.Max(greatest, Math.Max(Math.Abs(gradient[i]), Math.Abs(numeric[i])));
        }

        double worst = 0;
        for (int i = 0; i < point.Length; i++)
        {
            double scale = Math.Max(Math.Max(Math.Abs(gradient[i]), Math.Abs(numeric[i])), 1e-3 * greatest);
            double error = scale == 0 ? 0 : Math.Abs(gradient[i] - numeric[i]) / scale;
            worst = double.IsNaN(error) ? double.PositiveInfinity : Math.Max(worst, error);
        }

        return worst;
    }

    private static double Derivative(Func<double[], double> function, double[] point, int variable, double step)
    {
        double center = point[variable];
        double At(double offset)
        {
            point[variable] = center + offset * step;
            return function(point);
        }

        double derivative = (8 * (At(1) - At(-1)) - (At(2) - At(-2))) / (12 * step);
        point[variable] = center;
        return derivative;
    }
}
