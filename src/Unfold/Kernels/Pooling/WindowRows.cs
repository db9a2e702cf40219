namespace Unfold.Kernels.Pooling;

/// <summary>The rows of x, by their offsets in a plane, in which the windows of one row of y lie: a few in height, in each of a few in depth.</summary>
internal readonly struct WindowRows
{
    /// <param name="depth">The slowest axis.</param>
    /// <param name="height">The middle axis.</param>
    /// <param name="rowLength">Elements of a row of x.</param>
    /// <param name="outputDepth">The row of y: its place on the slowest axis.</param>
    /// <param name="outputHeight">The row of y: its place on the middle axis.</param>
    public WindowRows(in PoolingAxis depth, in PoolingAxis height, int rowLength, int outputDepth, int outputHeight)
    {
        depth.Taps(outputDepth, out int firstDepth, out int depths);
        height.Taps(outputHeight, out int firstHeight, out int heights);
        (Depths, Heights) = (depths, heights);
        DepthStep = depth.Dilation * height.Input * rowLength;
        HeightStep = height.Dilation * rowLength;
        First = (firstDepth * height.Input + firstHeight) * rowLength;
    }

    /// <summary>The offset of the first row.</summary>
    public int First { get; }

    /// <summary>Rows in depth.</summary>
    public int Depths { get; }

    /// <summary>Elements from one of them to the next.</summary>
    public int DepthStep { get; }

    /// <summary>Rows in height.</summary>
    public int Heights { get; }

    /// <summary>Elements from one of them to the next.</summary>
    public int HeightStep { get; }
}
