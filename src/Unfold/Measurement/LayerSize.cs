namespace Unfold.Measurement;

/// <summary>The sizes of a recurrent layer's run.</summary>
/// <param name="T">Steps of time.</param>
/// <param name="N">Sequences side by side, the batch.</param>
/// <param name="C">Input features.</param>
/// <param name="H">Hidden units.</param>
public readonly record struct LayerSize(int T, int N, int C, int H)
{
    /// <summary>As in <c>100 × 64 × 128 × 256</c>: T, N, C, H.</summary>
    public override string ToString() => $"{T} × {N} × {C} × {H}";
}
