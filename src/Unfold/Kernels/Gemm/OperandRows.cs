namespace Unfold.Kernels.Gemm;

/// <summary>How the tiles of a K block find A: packed, or where it lies.</summary>
/// <param name="stride">Bytes from row to row, where they are apart.</param>
/// <param name="step">Bytes from column to column; 0 where A is packed.</param>
/// <param name="first">Columns until the first gap.</param>
/// <param name="segment">Columns from one gap to the next.</param>
/// <param name="gap">Bytes that a gap adds.</param>
internal readonly struct OperandRows(nint stride, nint step, nint first, nint segment, nint gap)
{
    public bool IsPacked => step == 0;

    /// <summary>Whether a column's elements lie side by side.</summary>
    public bool IsSideBySide => stride == sizeof(float) || IsPacked;

    public nint Stride => stride;

    public nint Step => step;

    public nint First => first;

    public nint Segment => segment;

    public nint Gap => gap;
}

/// <summary>Whether the rows of A lie side by side, so that a column is one piece, or apart; known to the compiler.</summary>
internal interface IOperand
{
    static abstract bool IsSideBySide { get; }
}

internal readonly struct RowsSideBySide : IOperand { public static bool IsSideBySide => true; }

internal readonly struct RowsApart : IOperand { public static bool IsSideBySide => false; }

/// <summary>Some rows of C that are made at once.</summary>
/// <param name="First">The first, counted from the chunk's.</param>
/// <param name="Height">How many.</param>
/// <param name="A">Where their A begins.</param>
internal readonly record struct TileRows(int First, int Height, nint A);
