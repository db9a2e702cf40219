namespace Unfold.Tests.Kernels;

/// <summary>Units in the last place of single precision.</summary>
internal static class Ulp
{
    /// <summary>The distance between neighbouring floats around <paramref name="value"/>.</summary>
    public static double Of(double value) => Math.ScaleB(1, Math.Max(value == 0 ? -126 : Math.ILogB(value), -126) - 23);
}
