using Unfold.Autodiff.Operations;

namespace Unfold.Losses;

/// <summary>A loss for each row of a matrix of scores, with the gradient in the same pass.</summary>
internal abstract unsafe class RowLossJob : RowJob
{
    /// <summary>z <c>[Rows, Columns]</c>.</summary>
    public float* Scores { get; set; }

    /// <summary><c>[Rows]</c>, written.</summary>
    public float* Losses { get; set; }

    /// <summary><c>[Rows, Columns]</c>, written: <see cref="Factor"/> times the derivatives of each row's loss; or null.</summary>
    public float* Gradient { get; set; }

    /// <summary>What the gradient is multiplied by.</summary>
    public float Factor { get; set; }

    /// <inheritdoc/>
    protected sealed override void Row(int row, float* tile)
    {
        float* gradient = Gradient is null ? null : Gradient + (nint)row * Columns;
        Losses[row] = Compute(row, Scores + (nint)row * Columns, gradient, tile);
    }

    /// <summary>A row's loss.</summary>
    /// <param name="row">The number of the row.</param>
    /// <param name="z">Its scores.</param>
    /// <param name="gradient">Its gradient, to be written wholly, or null.</param>
    /// <param name="tile">Room for <see cref="RowJob.Tile"/> floats.</param>
    protected abstract float Compute(int row, float* z, float* gradient, float* tile);
}
