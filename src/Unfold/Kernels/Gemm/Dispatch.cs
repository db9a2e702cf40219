using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Gemm;

/// <summary>From a number of rows to the micro-kernel compiled for it.</summary>
internal static unsafe class Dispatch
{
    /// <summary>A tile of one or two vectors of columns, as <see cref="Tile.Multiply{TSimd, TRows, TOperand}"/>.</summary>
    public static void Run<TSimd>(
        bool half, int height, nint count, float* a, in OperandRows operand, float* b, float** rows, nint offset, float* bias, bool add,
        float* ahead, nint aheadStep)
        where TSimd : struct, ISimd<TSimd>
    {
        switch (height)
        {
            case 1: Run<TSimd, Rows1>(half, count, a, in operand, b, rows, offset, bias, add, ahead, aheadStep); return;
            case 2: Run<TSimd, Rows2>(half, count, a, in operand, b, rows, offset, bias, add, ahead, aheadStep); return;
            case 3: Run<TSimd, Rows3>(half, count, a, in operand, b, rows, offset, bias, add, ahead, aheadStep); return;
            case 4: Run<TSimd, Rows4>(half, count, a, in operand, b, rows, offset, bias, add, ahead, aheadStep); return;
            case 5: Run<TSimd, Rows5>(half, count, a, in operand, b, rows, offset, bias, add, ahead, aheadStep); return;
            case 6: Run<TSimd, Rows6>(half, count, a, in operand, b, rows, offset, bias, add, ahead, aheadStep); return;
            case 7: Run<TSimd, Rows7>(half, count, a, in operand, b, rows, offset, bias, add, ahead, aheadStep); return;
            case 8: Run<TSimd, Rows8>(half, count, a, in operand, b, rows, offset, bias, add, ahead, aheadStep); return;
            case 9: Run<TSimd, Rows9>(half, count, a, in operand, b, rows, offset, bias, add, ahead, aheadStep); return;
            case 10: Run<TSimd, Rows10>(half, count, a, in operand, b, rows, offset, bias, add, ahead, aheadStep); return;
            case 11: Run<TSimd, Rows11>(half, count, a, in operand, b, rows, offset, bias, add, ahead, aheadStep); return;
            default: Run<TSimd, Rows12>(half, count, a, in operand, b, rows, offset, bias, add, ahead, aheadStep); return;
        }
    }

    private static void Run<TSimd, TRows>(
        bool half, nint count, float* a, in OperandRows operand, float* b, float** rows, nint offset, float* bias, bool add, float* ahead, nint aheadStep)
        where TSimd : struct, ISimd<TSimd>
        where TRows : struct, IRows
    {
        if (operand.IsSideBySide) Run<TSimd, TRows, RowsSideBySide>(half, count, a, in operand, b, rows, offset, bias, add, ahead, aheadStep);
        else Run<TSimd, TRows, RowsApart>(half, count, a, in operand, b, rows, offset, bias, add, ahead, aheadStep);
    }

    private static void Run<TSimd, TRows, TOperand>(
        bool half, nint count, float* a, in OperandRows operand, float* b, float** rows, nint offset, float* bias, bool add, float* ahead, nint aheadStep)
        where TSimd : struct, ISimd<TSimd>
        where TRows : struct, IRows
        where TOperand : struct, IOperand
    {
        if (half) HalfTile.Multiply<TSimd, TRows, TOperand>(count, a, in operand, b, rows, offset, bias, add);
        else Tile.Multiply<TSimd, TRows, TOperand>(count, a, in operand, b, rows, offset, bias, add, ahead, aheadStep);
    }
}
