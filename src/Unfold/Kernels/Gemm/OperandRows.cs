namespace Unfold.Kernels.Gemm;

/// <summary>How the tiles of a K block find A: packed, or in the rows where it lies.</summary>
/// <param name="stride">Bytes from row to row; 0 where A is packed.</param>
/// <param name="segment">Columns that lie side by side: the block, or a part of it after which there is a gap.</param>
/// <param name="skip">Bytes of that gap.</param>
internal readonly struct OperandRows(nint stride, nint segment, nint skip)
{
    public bool IsPacked => stride == 0;

    public nint Stride => stride;

    public nint Segment => segment;

    public nint Skip => skip;
}

/// <summary>Whether A is packed, known to the compiler.</summary>
internal interface IOperand
{
    static abstract bool IsPacked { get; }
}

internal readonly struct PackedOperand : IOperand { public static bool IsPacked => true; }

internal readonly struct PlainOperand : IOperand { public static bool IsPacked => false; }

/// <summary>Some rows of C that are made at once.</summary>
/// <param name="First">The first, counted from the chunk's.</param>
/// <param name="Height">How many.</param>
/// <param name="A">Where their A begins.</param>
internal readonly record struct TileRows(int First, int Height, nint A);
