using Unfold.Cells.Graph;
using Unfold.Cells.Schedule;
using K = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Cells.Execution;

/// <summary>Runs the steps that rearrange rows or multiply each row with a matrix of its own.</summary>
internal static unsafe class CouplingRunner
{
    public static void Run(PlannedCoupling planned, float** slots, int firstRow, int endRow)
    {
        CouplingStep step = planned.Step;
        IReadOnlyList<Slot> operands = step.Operands;
        int width = step.Destination.Width, aWidth = operands[0].Width;
        float* destination = slots[planned.Destination];
        float* a = slots[planned.Operands[0]];
        for (int row = firstRow; row < endRow; row++)
        {
            float* y = destination + (nint)row * width;
            float* x = a + (nint)row * aWidth;
            switch (step.Value.Origin!.Operation)
            {
                case Operation.Slice:
                    K.Copy(x + step.Offset, y, width);
                    break;
                case Operation.Concat:
                    for (int i = 0; i < operands.Count; i++)
                    {
                        int part = operands[i].Width;
                        K.Copy(slots[planned.Operands[i]] + (nint)row * part, y, part);
                        y += part;
                    }

                    break;
                case Operation.Transpose:
                    Transpose(x, y, step.Value.Columns, width / step.Value.Columns);
                    break;
                case Operation.Outer:
                    float* right = slots[planned.Operands[1]] + (nint)row * operands[1].Width;
                    for (int i = 0; i < aWidth; i++)
                        K.Scale(right, y + (nint)i * operands[1].Width, operands[1].Width, x[i]);
                    break;
                case Operation.Product:
                    float* vector = slots[planned.Operands[1]] + (nint)row * operands[1].Width;
                    for (int i = 0; i < width; i++)
                        y[i] = K.Dot(x + (nint)i * operands[1].Width, vector, operands[1].Width);
                    break;
                default:
                    throw new InvalidOperationException($"No way to run {step}.");
            }
        }
    }

    private static void Transpose(float* x, float* y, int rows, int columns)
    {
        for (int r = 0; r < rows; r++)
        {
            for (int c = 0; c < columns; c++)
                y[(nint)r * columns + c] = x[(nint)c * rows + r];
        }
    }
}
