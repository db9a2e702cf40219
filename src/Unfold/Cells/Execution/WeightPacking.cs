using Unfold.Autodiff;
using Unfold.Cells.Schedule;
using Unfold.Kernels.Gemm;

namespace Unfold.Cells.Execution;

/// <summary>Brings the weights of a packed product into the layout that GEMM reads.</summary>
internal static unsafe class WeightPacking
{
    /// <summary>This thread's room for gathering weights that do not lie at equal distances.</summary>
    [ThreadStatic]
    private static float[]? _staging;

    /// <summary>
    /// The matrices of a product as one view, without a copy, where they lie at equal distances; the parameters of a layer are laid out so that the common
    /// products do. Null otherwise.
    /// </summary>
    public static MatrixView? Stack(IReadOnlyList<WeightReference> weights, IReadOnlyList<Parameter> parameters, bool gradients)
    {
        WeightReference first = weights[0];
        if (weights.Count == 1)
            return Single(first, parameters, gradients);
        float* start = Data(first, parameters, gradients);
        nint distance = (nint)(Data(weights[1], parameters, gradients) - start);
        for (int i = 1; i < weights.Count; i++)
        {
            if (Data(weights[i], parameters, gradients) - Data(weights[i - 1], parameters, gradients) != distance || weights[i].Rows != first.Rows || weights[i].Stride != first.Stride
                || weights[i].Columns != first.Columns)
                return null;
        }

        return new MatrixView(start, first.Rows, distance, first.Stride, int.MaxValue, 0);
    }

    /// <summary>One matrix, or a run of its columns.</summary>
    public static MatrixView Single(WeightReference weights, IReadOnlyList<Parameter> parameters, bool gradients) =>
        MatrixView.RowMajor(Data(weights, parameters, gradients), weights.Stride);

    private static float* Data(WeightReference w, IReadOnlyList<Parameter> parameters, bool gradients) =>
        (gradients ? parameters[w.Parameter].Gradient : parameters[w.Parameter].Value).Pointer + w.ColumnOffset;

    /// <summary>Writes the biases of a step (zeros where a sum has none) and behind them its packed weights.</summary>
    public static void Pack(GemmStep step, IReadOnlyList<Parameter> parameters, float* target)
    {
        var biases = new Span<float>(target, step.Columns);
        biases.Clear();
        for (int i = 0, column = 0; i < step.Biases.Count; column += step.Destinations[i++].Width)
        {
            if (step.Biases[i] >= 0)
                parameters[step.Biases[i]].Value.Values.CopyTo(biases[column..]);
        }

        PackWeights(step, parameters, target + CellPlan.Align(step.Columns));
    }

    private static void PackWeights(GemmStep step, IReadOnlyList<Parameter> parameters, float* packed)
    {
        int depth = step.Depth, columns = step.Columns;
        bool transposed = step.Weights[0].Transposed;
        bool stacksRows = step.Operands.Count == 1 ? !transposed : transposed;
        if (stacksRows || step.Weights.Count == 1)
        {
            if (Stack(step.Weights, parameters, gradients: false) is MatrixView view)
            {
                Gemm.PackB(view, !transposed, depth, columns, packed);
                return;
            }
        }

        // As [columns, depth] where the weights are used as they are, as [depth, columns] where their transposes are.
        int width = transposed ? columns : depth;
        if (_staging is null || _staging.Length < checked(depth * columns))
            _staging = GC.AllocateUninitializedArray<float>(depth * columns);
        float[] staging = _staging;
        int row = 0, column = 0;
        for (int i = 0; i < step.Weights.Count; i++)
        {
            WeightReference weight = step.Weights[i];
            ReadOnlySpan<float> values = parameters[weight.Parameter].Value.Values;
            for (int r = 0; r < weight.Rows; r++)
            {
                values.Slice(r * weight.Stride + weight.ColumnOffset, weight.Columns)
                    .CopyTo(staging.AsSpan((row + r) * width + column, weight.Columns));
            }

            if (stacksRows)
                row += weight.Rows;
            else
                column += weight.Columns;
        }

        fixed (float* data = staging)
            Gemm.PackB(MatrixView.RowMajor(data, width), !transposed, depth, columns, packed);
    }
}
