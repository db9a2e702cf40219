namespace Unfold.Autodiff.Operations;

/// <summary>Something done to every row of a matrix, shared by the team; a row's result depends on that row alone, so any cut gives the same bits.</summary>
internal abstract unsafe class RowJob : PlaneJob
{
    /// <summary>The floats that are worked on at a time: some such tiles stay in the L1 cache.</summary>
    protected const int Tile = 1024;

    /// <summary>The number of rows.</summary>
    public int Rows { get; set; }

    /// <summary>The elements of a row.</summary>
    public int Columns { get; set; }

    /// <summary>Does all rows.</summary>
    public void Start() => Start(Rows, (long)Rows * Columns);

    /// <inheritdoc/>
    protected sealed override void Planes(int first, int count)
    {
        float* tile = stackalloc float[Tile];
        for (int row = first; row < first + count; row++)
            Row(row, tile);
    }

    /// <summary>Does one row.</summary>
    /// <param name="row">0 to Rows - 1.</param>
    /// <param name="tile">Room for <see cref="Tile"/> floats.</param>
    protected abstract void Row(int row, float* tile);
}
