
namespace Unfold.Kernels.Simd;

/// <summary>The vector width that every kernel of the process uses: the widest that the machine accelerates.</summary>
/// <remarks>
/// <c>UNFOLD_VECTOR_WIDTH</c> (512, 256 or 128) lowers the limit; a width the machine does not have is never chosen.
/// Results are equal to the bit only between runs of one width.
/// </remarks>
internal static class VectorWidth
{
    public static readonly int Bits = Choose(Environment.GetEnvironmentVariable("UNFOLD_VECTOR_WIDTH"));

    internal static int Choose(string? limit)
    {
        int most = int.TryParse(limit, out int parsed) && parsed > 0 ? parsed : 512;
        if (most >= 512 && Simd512.IsSupported) return 512;
        if (most >= 256 && Simd256.IsSupported) return 256;
        return 128;
    }
}
