namespace Unfold.Bench.Kernels;

/// <summary>A product: [M, K] times [K, N], or the transpose of either as it lies in memory.</summary>
public sealed record GemmShape(int M, int N, int K, bool TransposedA = false, bool TransposedB = false)
{
    /// <summary>How the operands lie: <c>T</c> for a transposed one.</summary>
    public string Layout => $"{(TransposedA ? 'T' : '.')} {(TransposedB ? 'T' : '.')}";

    public string Size => $"{M} × {N} × {K}";

    // BenchmarkDotNet cuts what is longer than twenty characters.
    public override string ToString() => $"{M}x{N}x{K}{(TransposedA ? " T." : TransposedB ? " .T" : "")}";
}
