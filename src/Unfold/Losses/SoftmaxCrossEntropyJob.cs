using Unfold.Kernels.Elementwise;

namespace Unfold.Losses;

/// <summary>The rows of <see cref="SoftmaxCrossEntropy"/> for targets that are classes.</summary>
internal sealed unsafe class SoftmaxCrossEntropyJob : RowLossJob
{
    [ThreadStatic]
    private static SoftmaxCrossEntropyJob? _own;

    /// <summary>This thread's job.</summary>
    public static SoftmaxCrossEntropyJob Own => _own ??= new SoftmaxCrossEntropyJob();

    /// <summary><c>[Rows]</c>, each 0 to Columns - 1 or <see cref="IgnoreIndex"/>.</summary>
    public int* Targets { get; set; }

    /// <summary>The target that stands for none: loss and gradient of its row are zeros.</summary>
    public int IgnoreIndex { get; set; }

    /// <summary>What each class counts, <c>[Columns]</c>, or null where all count one.</summary>
    public float* Weights { get; set; }

    /// <summary>The sum of <see cref="Weights"/>, Columns where there are none.</summary>
    public double WeightSum { get; set; }

    /// <summary>The part of a target that is spread over all classes.</summary>
    public float Smoothing { get; set; }

    /// <inheritdoc/>
    protected override float Compute(int row, float* z, float* gradient, float* tile)
    {
        int target = Targets[row];
        if (target == IgnoreIndex)
        {
            if (gradient is not null)
                Elementwise.Fill(gradient, Columns, 0);
            return 0;
        }

        float maximum = Elementwise.Maximum(z, Columns);
        double sum = 0;
        for (int i = 0; i < Columns; i += Tile)
        {
            int n = Math.Min(Tile, Columns - i);
            float* exponentials = gradient is null ? tile : gradient + i;
            Elementwise.ShiftedExp(z + i, exponentials, n, maximum);
            sum += Elementwise.Sum(exponentials, n);
        }

        // What the row's loss weighs the classes with: `own` for the target's, and `spread` times its weight for each.
        float own = Weights is null ? 1 : Weights[target];
        float spread = 0;
        double all = own;
        if (Smoothing > 0)
        {
            own *= 1 - Smoothing;
            spread = Smoothing / Columns;
            all = own + spread * WeightSum;
        }

        if (gradient is not null)
        {
            Elementwise.Scale(gradient, gradient, Columns, (float)(all * Factor / sum));
            gradient[target] -= own * Factor;
            if (spread > 0)
                SubtractSpread(gradient, spread * Factor, tile);
        }

        // This order keeps the logarithm beside logits of any size.
        double loss = own * ((double)maximum - z[target]) + all * Math.Log(sum);
        return (float)(spread > 0 ? loss + spread * Distances(z, maximum, tile) : loss);
    }

    private void SubtractSpread(float* gradient, float spread, float* tile)
    {
        if (Weights is null)
        {
            Elementwise.AddScalar(gradient, gradient, Columns, -spread);
            return;
        }

        for (int i = 0; i < Columns; i += Tile)
        {
            int n = Math.Min(Tile, Columns - i);
            Elementwise.Scale(Weights + i, tile, n, -spread);
            Elementwise.Accumulate(tile, gradient + i, n);
        }
    }

    /// <summary>The weighted sum of how far each logit is below the greatest.</summary>
    private double Distances(float* z, float maximum, float* tile)
    {
        double sum = 0;
        for (int i = 0; i < Columns; i += Tile)
        {
            int n = Math.Min(Tile, Columns - i);
            Elementwise.ReverseSubtract(z + i, tile, n, maximum);
            sum += Weights is null ? Elementwise.Sum(tile, n) : Elementwise.Dot(tile, Weights + i, n);
        }

        return sum;
    }
}
