using Unfold.Cells.Graph;
using Unfold.Cells.Schedule;
using K = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Cells.Execution;

/// <summary>Runs the steps that rearrange rows or multiply each row with a matrix of its own.</summary>
internal static unsafe class CouplingRunner
{
    public delegate float* Locate(Slot slot);

    public static void Run(CouplingStep step, float* destination, IReadOnlyList<Slot> operands, Locate locate, int firstRow, int endRow)
    {
        int width = step.Destination.Width;
        float* a = locate(operands[0]);
        int aWidth = operands[0].Width;
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
                    foreach (Slot part in operands)
                    {
                        K.Copy(locate(part) + (nint)row * part.Width, y, part.Width);
                        y += part.Width;
                    }

                    break;
                case Operation.Transpose:
                    Transpose(x, y, step.Value.Columns, width / step.Value.Columns);
                    break;
                case Operation.Outer:
                    float* right = locate(operands[1]) + (nint)row * operands[1].Width;
                    for (int i = 0; i < aWidth; i++)
                        K.Scale(right, y + (nint)i * operands[1].Width, operands[1].Width, x[i]);
                    break;
                case Operation.Product:
                    float* vector = locate(operands[1]) + (nint)row * operands[1].Width;
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
