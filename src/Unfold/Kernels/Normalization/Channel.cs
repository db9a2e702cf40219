using Unfold.Kernels.Threading;

namespace Unfold.Kernels.Normalization;

/// <summary>One channel of [N, C, L]: N rows of L elements. Where rows are short they are worked on as one, side by side in scratch memory.</summary>
internal readonly unsafe struct Channel
{
    /// <summary>Rows of fewer elements than this are copied together: a call for each would cost more than the copy.</summary>
    private const int LeastRow = 32;

    private readonly int _n;
    private readonly nint _stride;
    private readonly int _length;

    /// <param name="n">N.</param>
    /// <param name="channels">C.</param>
    /// <param name="length">L.</param>
    public Channel(int n, int channels, int length)
    {
        (_n, _stride, _length) = (n, (nint)channels * length, length);
        IsPacked = length < LeastRow && channels > 1;
        (Rows, RowLength, RowStride) = IsPacked || channels == 1 ? (1, n * length, 0) : (n, length, _stride);
    }

    /// <summary>Whether the rows are to be copied together, by <see cref="Open"/>.</summary>
    public bool IsPacked { get; }

    /// <summary>The rows to be worked on.</summary>
    public int Rows { get; }

    /// <summary>Elements of each.</summary>
    public int RowLength { get; }

    /// <summary>Elements from one to the next.</summary>
    public nint RowStride { get; }

    /// <summary>N L.</summary>
    public int Count => _n * _length;

    /// <summary>The scratch memory that <paramref name="arrays"/> channels need; null where none is needed.</summary>
    public float* Reserve(int arrays) => IsPacked ? Scratch.Current.Reserve((nint)arrays * Count) : null;

    /// <summary>Where the rows of a channel are: in place, or copied to array <paramref name="array"/> of the scratch memory.</summary>
    public float* Open(float* channel, float* scratch, int array)
    {
        if (!IsPacked) return channel;
        float* packed = scratch + ((nint)array * Count);
        for (int n = 0; n < _n; n++)
        {
            for (int i = 0; i < _length; i++) packed[(n * _length) + i] = channel[(n * _stride) + i];
        }

        return packed;
    }

    /// <summary>Where the rows of a result are to be written; <see cref="Close"/> then brings them to their place.</summary>
    public float* Result(float* channel, float* scratch, int array) => IsPacked ? scratch + ((nint)array * Count) : channel;

    /// <summary>Copies rows back that <see cref="Open"/> or <see cref="Result"/> placed in scratch memory.</summary>
    public void Close(float* rows, float* channel)
    {
        if (!IsPacked) return;
        for (int n = 0; n < _n; n++)
        {
            for (int i = 0; i < _length; i++) channel[(n * _stride) + i] = rows[(n * _length) + i];
        }
    }
}
