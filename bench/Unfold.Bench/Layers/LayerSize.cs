using System.Globalization;

namespace Unfold.Bench.Layers;

/// <summary>A recurrent layer's sizes: T steps, N sequences, C input features, H hidden units.</summary>
internal readonly record struct LayerSize(int T, int N, int C, int H)
{
    /// <summary>Reads <c>100x64x128x256</c>.</summary>
    public static LayerSize Parse(string text)
    {
        string[] parts = text.Split('x');
        if (parts.Length != 4)
            throw new ArgumentException($"expected a size TxNxCxH such as 100x64x128x256, but got '{text}'");
        int[] numbers = [.. parts.Select(part => int.Parse(part, CultureInfo.InvariantCulture))];
        return new LayerSize(numbers[0], numbers[1], numbers[2], numbers[3]);
    }

    public override string ToString() => $"{T} × {N} × {C} × {H}";
}
