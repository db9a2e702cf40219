using Unfold.Autodiff;
using Unfold.Cells.Schedule;
using Unfold.Kernels.Gemm;
using Unfold.Kernels.Threading;

namespace Unfold.Cells.Execution;

/// <summary>Brings the weights of a packed product into the layout that GEMM reads.</summary>
internal static unsafe class WeightPacking
{
    /// <summary>This thread's room for gathering weights that do not lie at equal distances.</summary>
    [ThreadStatic]
    private static Scratch? _staging;

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

    /// <summary>
    /// Writes, for each part of the units, the biases of a product (zeros where a sum has none) and behind them its packed weights. Several threads
    /// share the parts as they will in the run, so that each finds what it reads in its own cache; of a product with one part they share the columns.
    /// </summary>
    public static void Pack(PlannedProduct planned, PackedLayout layout, IReadOnlyList<Parameter> parameters, float* packed, int thread, int threads)
    {
        GemmStep step = planned.Product;
        bool transposed = step.Weights[0].Transposed;
        MatrixView whole = default;
        bool isThere = (step.Weights.Count == 1 || StacksRows(step)) && Find(step, parameters, out whole);
        if (!isThere)
        {
            // Gathering costs more than it would give to share it.
            if (step.Id % threads != thread)
                return;
            whole = Gather(step, parameters);
            (thread, threads) = (0, 1);
        }

        int parts = layout.PartsOf(planned), firstPart = 0, distance = 1;
        if (parts > 1)
            (firstPart, distance, thread, threads) = (thread, threads, 0, 1);
        for (int part = firstPart; part < parts; part += distance)
        {
            int columns = layout.ColumnsOf(planned, part);
            if (columns == 0)
                continue;
            float* target = packed + layout.Offset(planned, part);
            (int start, int end) = layout.Columns(planned, part);
            if (thread == 0)
                WriteBiases(step, parameters, target, start, end);
            MatrixView view = transposed
                ? new MatrixView(
                    whole.Data + start, whole.RowsPerGroup, whole.GroupStride, whole.RowStride,
                    step.Destinations.Count == 1 ? int.MaxValue : end - start, step.Destinations[0].Width)
                : new MatrixView(whole.Row(start), end - start, BlockDistance(step, whole), whole.RowStride, whole.ColumnsPerBlock, whole.BlockStride);
            int panels = Gemm.Panels(columns);
            for (int block = 0; block * Gemm.KBlock < step.Depth; block++)
            {
                for (int panel = panels * thread / threads; panel < panels * (thread + 1) / threads; panel++)
                    Gemm.PackPanel(view, !transposed, step.Depth, columns, panel, block, target + CellPlan.Align(columns));
            }
        }
    }

    /// <summary>Whether the matrices lie one below the other: as several destinations as they are, or as several operands transposed.</summary>
    private static bool StacksRows(GemmStep step) => step.Operands.Count == 1 ? !step.Weights[0].Transposed : step.Weights[0].Transposed;

    private static bool Find(GemmStep step, IReadOnlyList<Parameter> parameters, out MatrixView view)
    {
        MatrixView? found = Stack(step.Weights, parameters, gradients: false);
        view = found ?? default;
        return found is not null;
    }

    /// <summary>How far the matrix of one destination is from that of the next.</summary>
    private static nint BlockDistance(GemmStep step, MatrixView whole) =>
        step.Destinations.Count == 1 ? 0
        : whole.RowsPerGroup == int.MaxValue ? step.Destinations[0].Width * whole.RowStride : whole.GroupStride;

    private static void WriteBiases(GemmStep step, IReadOnlyList<Parameter> parameters, float* target, int start, int end)
    {
        int width = end - start;
        for (int i = 0; i < step.Destinations.Count; i++)
        {
            var biases = new Span<float>(target + i * width, width);
            if (i < step.Biases.Count && step.Biases[i] >= 0)
                parameters[step.Biases[i]].Value.Values[start..end].CopyTo(biases);
            else
                biases.Clear();
        }
    }

    /// <summary>Copies the matrices: as [columns, depth] where the weights are used as they are, as [depth, columns] where their transposes are.</summary>
    private static MatrixView Gather(GemmStep step, IReadOnlyList<Parameter> parameters)
    {
        int width = step.Weights[0].Transposed ? step.Columns : step.Depth;
        float* staging = (_staging ??= new Scratch()).Reserve((nint)step.Depth * step.Columns);
        int row = 0, column = 0;
        foreach (WeightReference weight in step.Weights)
        {
            ReadOnlySpan<float> values = parameters[weight.Parameter].Value.Values;
            for (int r = 0; r < weight.Rows; r++)
            {
                values.Slice(r * weight.Stride + weight.ColumnOffset, weight.Columns)
                    .CopyTo(new Span<float>(staging + (nint)(row + r) * width + column, weight.Columns));
            }

            if (StacksRows(step))
                row += weight.Rows;
            else
                column += weight.Columns;
        }

        return MatrixView.RowMajor(staging, width);
    }
}
