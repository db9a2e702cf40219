using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Gemm;

/// <summary>
/// The part of a transposed A that will be packed next, fetched a little before every tile: its rows lie too far apart for the processor to guess.
/// </summary>
/// <param name="a">A as [k, m].</param>
/// <param name="row">First row of C.</param>
/// <param name="rows">Rows of C.</param>
/// <param name="start">Begin of the K block.</param>
/// <param name="count">Its length.</param>
/// <param name="portions">How many times <see cref="Fetch"/> will be called.</param>
internal struct Ahead(MatrixView a, int row, int rows, int start, int count, int portions)
{
    private int _portion;

    /// <summary>Asks for the next portion.</summary>
    public unsafe void Fetch()
    {
        if (_portion >= portions) return;
        int from = (int)((long)count * _portion / portions), to = (int)((long)count * ++_portion / portions);
        for (int i = from; i < to; i++)
        {
            float* source = a.Row(start + i);
            for (int done = 0; done < rows;)
            {
                int side = a.Contiguous(row + done, rows - done);
                Prefetch.Lines(source + a.Column(row + done), side);
                done += side;
            }
        }
    }
}
