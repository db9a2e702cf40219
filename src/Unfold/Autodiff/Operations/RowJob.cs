using Unfold.Kernels.Threading;

namespace Unfold.Autodiff.Operations;

/// <summary>Something done to every row of a matrix, shared by the team; a row's result depends on that row alone, so any cut gives the same bits.</summary>
internal abstract unsafe class RowJob : TeamJob
{
    /// <summary>The floats that are worked on at a time: some such tiles stay in the L1 cache.</summary>
    protected const int Tile = 1024;

    /// <summary>Below this many elements the caller does everything: waking others costs as much.</summary>
    private const int LeastShared = 1 << 13;

    /// <summary>The number of rows.</summary>
    public int Rows { get; set; }

    /// <summary>The elements of a row.</summary>
    public int Columns { get; set; }

    /// <summary>Does all rows.</summary>
    public void Start()
    {
        if ((long)Rows * Columns < LeastShared)
            Execute(0, 1);
        else
            Team.Shared.Run(this, Team.Shared.Size);
    }

    /// <inheritdoc/>
    protected internal sealed override void Execute(int part, int partCount)
    {
        float* tile = stackalloc float[Tile];
        int end = (int)((long)Rows * (part + 1) / partCount);
        for (int row = (int)((long)Rows * part / partCount); row < end; row++)
            Row(row, tile);
    }

    /// <summary>Does one row.</summary>
    /// <param name="row">0 to Rows - 1.</param>
    /// <param name="tile">Room for <see cref="Tile"/> floats.</param>
    protected abstract void Row(int row, float* tile);
}
