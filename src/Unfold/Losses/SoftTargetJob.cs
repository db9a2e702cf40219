using Unfold.Kernels.Elementwise;

namespace Unfold.Losses;

/// <summary>The rows of <see cref="SoftmaxCrossEntropy"/> for targets that are distributions over the classes.</summary>
internal sealed unsafe class SoftTargetJob : RowLossJob
{
    [ThreadStatic]
    private static SoftTargetJob? _own;

    /// <summary>This thread's job.</summary>
    public static SoftTargetJob Own => _own ??= new SoftTargetJob();

    /// <summary><c>[Rows, Columns]</c>.</summary>
    public float* Targets { get; set; }

    /// <summary>What each class counts, <c>[Columns]</c>, or null where all count one.</summary>
    public float* Weights { get; set; }

    /// <summary>The part of a target that is spread over all classes.</summary>
    public float Smoothing { get; set; }

    /// <inheritdoc/>
    protected override float Compute(int row, float* z, float* gradient, float* tile)
    {
        float* targets = Targets + (nint)row * Columns;
        float* distances = stackalloc float[Tile];
        float maximum = Elementwise.Maximum(z, Columns);
        double sum = 0, all = 0, distance = 0;
        for (int i = 0; i < Columns; i += Tile)
        {
            int n = Math.Min(Tile, Columns - i);
            Elementwise.ShiftedExp(z + i, tile, n, maximum);
            sum += Elementwise.Sum(tile, n);
            Weigh(targets, i, n, tile);
            all += Elementwise.Sum(tile, n);
            Elementwise.ReverseSubtract(z + i, distances, n, maximum);
            distance += Elementwise.Dot(distances, tile, n);
        }

        for (int i = 0; gradient is not null && i < Columns; i += Tile)
        {
            int n = Math.Min(Tile, Columns - i);
            Elementwise.ShiftedExp(z + i, gradient + i, n, maximum);
            Elementwise.Scale(gradient + i, gradient + i, n, (float)(all * Factor / sum));
            Weigh(targets, i, n, tile);
            Elementwise.Scale(tile, tile, n, Factor);
            Elementwise.Subtract(gradient + i, tile, gradient + i, n);
        }

        return (float)(distance + all * Math.Log(sum));
    }

    /// <summary>What the loss weighs n classes from the first on with: their smoothed targets times their weights.</summary>
    private void Weigh(float* targets, int first, int n, float* destination)
    {
        Elementwise.Scale(targets + first, destination, n, 1 - Smoothing);
        if (Smoothing > 0)
            Elementwise.AddScalar(destination, destination, n, Smoothing / Columns);
        if (Weights is not null)
            Elementwise.Multiply(destination, Weights + first, destination, n);
    }
}
