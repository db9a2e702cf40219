using System.Runtime.CompilerServices;
using Unfold.Cells.Schedule;
using Unfold.Kernels.Normalization;
using Unfold.Kernels.Simd;
using K = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Cells.Execution;

/// <summary>Runs an elementwise program over the rows of one step, tile by tile.</summary>
internal static unsafe class ProgramRunner
{
    private const int MostOperands = 256;

    /// <summary>What <c>norm</c> adds to the variance, as PyTorch's layer normalisation does by default.</summary>
    private const float NormEpsilon = 1e-5f;

    /// <param name="planned">The program.</param>
    /// <param name="slots">For each slot of the plan, its row 0 at this step.</param>
    /// <param name="vectors">The repeated vectors, <paramref name="vectorLength"/> floats each.</param>
    /// <param name="vectorLength">Length of a repetition.</param>
    /// <param name="scratch">This thread's tile buffers.</param>
    /// <param name="firstRow">First row.</param>
    /// <param name="endRow">One past the last row.</param>
    /// <param name="firstColumn">First column.</param>
    /// <param name="endColumn">One past the last column; all of them where the program looks at whole rows.</param>
    /// <param name="masks">What random factors are counted by.</param>
    [SkipLocalsInit]
    public static void Run(
        PlannedProgram planned, float** slots, float* vectors, int vectorLength, float* scratch, int firstRow, int endRow, int firstColumn,
        int endColumn, in MaskCounter masks)
    {
        ProgramStep program = planned.Program;
        int width = program.Width, tileColumns = planned.TileColumns;
        int tileRows = endColumn - firstColumn == width ? Even(endRow - firstRow, planned.TileRows) : 1;
        int capacity = planned.TileCapacity, rowCapacity = (int)CellPlan.Align(planned.TileRows);
        int[] ids = planned.SlotIds, widths = planned.SlotWidths;
        bool[] far = planned.IsFar;
        int[] repeated = planned.Vectors;
        int vectorStart = ids.Length, vectorCount = repeated.Length;
        int fullStart = vectorStart + vectorCount, rowStart = fullStart + program.FullRegisters;
        int count = rowStart + program.RowRegisters;
        if (count > MostOperands)
            throw new InvalidOperationException("The program has too many operands.");

        float** operands = stackalloc float*[MostOperands];
        for (int i = 0; i < program.FullRegisters; i++)
            operands[fullStart + i] = scratch + (nint)i * capacity;
        for (int i = 0; i < program.RowRegisters; i++)
            operands[rowStart + i] = scratch + (nint)program.FullRegisters * capacity + (nint)i * rowCapacity;

        for (int row = firstRow; row < endRow; row += tileRows)
        {
            int rows = Math.Min(tileRows, endRow - row);
            for (int column = firstColumn; column < endColumn; column += tileColumns)
            {
                int columns = Math.Min(tileColumns, endColumn - column);
                // The next tile's operands come from the second-level cache or beyond while this tile is computed; behind the last lies what another thread is at.
                bool isLast = row + rows >= endRow && column + columns >= endColumn;
                nint ahead = column + columns < endColumn ? columns : (nint)rows * width + firstColumn - column;
                for (int i = 0; i < ids.Length; i++)
                {
                    operands[i] = slots[ids[i]] + (nint)row * widths[i] + (widths[i] == width ? column : 0);
                    if (widths[i] == width && far[i] && !isLast)
                        Prefetch.Lines(operands[i] + ahead, rows * columns);
                }

                for (int i = 0; i < vectorCount; i++)
                    operands[vectorStart + i] = vectors + (nint)repeated[i] * vectorLength + column;
                foreach (ref readonly Instruction instruction in program.Instructions.AsSpan())
                    Execute(in instruction, operands, rows, columns, row, in masks);
            }
        }
    }

    /// <summary>Rows of a tile, so that all are about as long.</summary>
    private static int Even(int rows, int most)
    {
        int tiles = (rows + most - 1) / most;
        return (rows + tiles - 1) / tiles;
    }

    /// <summary>Makes a vector of those before it.</summary>
    /// <param name="made">What makes it; its operands are positions of vectors.</param>
    /// <param name="vectors">All vectors, <paramref name="length"/> floats each.</param>
    /// <param name="length">Length of a vector with its repetitions.</param>
    /// <param name="index">Its position.</param>
    /// <param name="width">How many of its numbers to make.</param>
    public static void MakeVector(in Instruction made, float* vectors, int length, int index, int width)
    {
        float** operands = stackalloc float*[5];
        operands[4] = vectors + (nint)index * length;
        Execute(made with { A = At(0, made.A), B = At(1, made.B), C = At(2, made.C), D = At(3, made.D), Destination = 4 }, operands, 1, width, 0, default);

        short At(short operand, short vector)
        {
            if (vector >= 0)
                operands[operand] = vectors + (nint)vector * length;
            return vector >= 0 ? operand : (short)-1;
        }
    }

    private static void Execute(in Instruction i, float** o, int rows, int columns, int row, in MaskCounter masks)
    {
        nint n = i.IsRow ? rows : (nint)rows * columns;
        float* y = o[i.Destination];
        float* a = i.A >= 0 ? o[i.A] : null;
        switch (i.Op)
        {
            case OpCode.Copy: K.Copy(a, y, n); break;
            case OpCode.Negate: K.Negate(a, y, n); break;
            case OpCode.Sigmoid: K.Sigmoid(a, y, n); break;
            case OpCode.Tanh: K.Tanh(a, y, n); break;
            case OpCode.Relu: K.Relu(a, y, n); break;
            case OpCode.LeakyRelu: K.LeakyRelu(a, y, n, i.V); break;
            case OpCode.Elu: K.Elu(a, y, n, i.V); break;
            case OpCode.Gelu: K.Gelu(a, y, n); break;
            case OpCode.Silu: K.Silu(a, y, n); break;
            case OpCode.Softplus: K.Softplus(a, y, n); break;
            case OpCode.Softsign: K.Softsign(a, y, n); break;
            case OpCode.HardSigmoid: K.HardSigmoid(a, y, n); break;
            case OpCode.Exp: K.Exp(a, y, n); break;
            case OpCode.Log: K.Log(a, y, n); break;
            case OpCode.Sqrt: K.Sqrt(a, y, n); break;
            case OpCode.Abs: K.Abs(a, y, n); break;
            case OpCode.Square: K.Square(a, y, n); break;
            case OpCode.Sin: K.Sin(a, y, n); break;
            case OpCode.Cos: K.Cos(a, y, n); break;
            case OpCode.Clip: K.Clip(a, y, n, i.V, i.W); break;
            case OpCode.Step: K.Step(a, y, n); break;
            case OpCode.Sign: K.Sign(a, y, n); break;
            case OpCode.NormalCdf: K.NormalCdf(a, y, n); break;
            case OpCode.Scale: K.Scale(a, y, n, i.V); break;
            case OpCode.AddScalar: K.AddScalar(a, y, n, i.V); break;
            case OpCode.ReverseSubtract: K.ReverseSubtract(a, y, n, i.V); break;
            case OpCode.Accumulate: K.Accumulate(a, y, n); break;
            case OpCode.Broadcast: Broadcast(a, y, rows, columns); break;
            case OpCode.Sum or OpCode.Dot or OpCode.RowMaximum: Reduce(i.Op, a, i.B >= 0 ? o[i.B] : a, y, rows, columns); break;
            case OpCode.Mean: Standardization.Mean(a, y, rows, columns); break;
            case OpCode.InverseDeviation: Standardization.InverseDeviation(a, o[i.B], y, rows, columns, NormEpsilon); break;
            case OpCode.Normalize: Standardization.Normalize(a, o[i.B], o[i.C], y, rows, columns); break;
            case OpCode.NormalizeAdjoint: Standardization.Adjoint(a, o[i.B], o[i.C], y, rows, columns); break;
            case OpCode.FillMask: masks.Fill(y, rows, columns, row, i.V, i.Place); break;
            case OpCode.AddRows or OpCode.SubtractRows or OpCode.MultiplyRows: WithRows(i.Op, a, o[i.B], y, rows, columns); break;
            default: ExecuteSeveral(in i, o, a, y, n); break;
        }
    }

    private static void ExecuteSeveral(in Instruction i, float** o, float* a, float* y, nint n)
    {
        float* b = o[i.B];
        switch (i.Op)
        {
            case OpCode.Add: K.Add(a, b, y, n); break;
            case OpCode.Subtract: K.Subtract(a, b, y, n); break;
            case OpCode.Multiply: K.Multiply(a, b, y, n); break;
            case OpCode.Divide: K.Divide(a, b, y, n); break;
            case OpCode.Minimum: K.Minimum(a, b, y, n); break;
            case OpCode.Maximum: K.Maximum(a, b, y, n); break;
            case OpCode.GreaterOrEqual: K.GreaterOrEqual(a, b, y, n); break;
            case OpCode.MultiplyAdd: K.MultiplyAdd(a, b, o[i.C], y, n); break;
            case OpCode.MultiplyMultiplyAdd: K.MultiplyMultiplyAdd(a, b, o[i.C], o[i.D], y, n); break;
            case OpCode.Lerp: K.Lerp(a, b, o[i.C], y, n); break;
            case OpCode.SubtractMultiply: K.SubtractMultiply(a, b, o[i.C], y, n); break;
            case OpCode.SigmoidAdjoint: K.SigmoidAdjoint(a, b, y, n); break;
            case OpCode.SigmoidAdjointMultiply: K.SigmoidAdjointMultiply(a, b, o[i.C], y, n); break;
            case OpCode.TanhAdjoint: K.TanhAdjoint(a, b, y, n); break;
            case OpCode.TanhAdjointMultiply: K.TanhAdjointMultiply(a, b, o[i.C], y, n); break;
            case OpCode.MultiplyAccumulate: K.MultiplyAccumulate(a, b, y, n); break;
            default: throw new InvalidOperationException($"No kernel for {i.Op}.");
        }
    }

    private static void WithRows(OpCode op, float* a, float* b, float* y, int rows, int columns)
    {
        for (int r = 0; r < rows; r++)
        {
            nint first = (nint)r * columns;
            if (op == OpCode.MultiplyRows)
                K.Scale(a + first, y + first, columns, b[r]);
            else
                K.AddScalar(a + first, y + first, columns, op == OpCode.AddRows ? b[r] : -b[r]);
        }
    }

    private static void Broadcast(float* a, float* y, int rows, int columns)
    {
        for (int r = 0; r < rows; r++)
            K.Fill(y + (nint)r * columns, columns, a[r]);
    }

    private static void Reduce(OpCode op, float* a, float* b, float* y, int rows, int columns)
    {
        for (int r = 0; r < rows; r++)
        {
            nint first = (nint)r * columns;
            y[r] = op switch
            {
                OpCode.Sum => K.Sum(a + first, columns),
                OpCode.Dot => K.Dot(a + first, b + first, columns),
                _ => K.Maximum(a + first, columns),
            };
        }
    }
}
