using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>Effectively puts tensors side by side on the last axis: <c>y[.., :] = a[.., :]</c> followed by <c>b[.., :]</c> and so on.</summary>
    /// <remarks>Shapes: equal but for the last axis, whose sizes add up. Gradients: each its own columns of <c>d</c>.</remarks>
    /// <exception cref="ArgumentException">There is no tensor, or they differ in another axis than the last.</exception>
    public static Tensor Concat(this Tape tape, params ReadOnlySpan<Tensor> tensors)
    {
        if (tensors.IsEmpty || tensors[0].Shape.Rank == 0)
            throw new ArgumentException("Concat expects one or more tensors with at least one axis.");
        int columns = 0;
        bool records = false;
        foreach (Tensor tensor in tensors)
        {
            if (tensor.Shape.Rank != tensors[0].Shape.Rank || tensor.Shape.WithLast(1) != tensors[0].Shape.WithLast(1))
            {
                throw new ArgumentException($"Concat expects tensors that differ in the last axis only, but got {tensors[0].Shape} and "
                    + $"{tensor.Shape}.");
            }

            columns = checked(columns + tensor.Shape.Last);
            records |= tape.Records(tensor);
        }

        Tensor y = tape.Rent(tensors[0].Shape.WithLast(columns));
        int first = 0;
        foreach (Tensor tensor in tensors)
        {
            int width = tensor.Shape.Last;
            ReadOnlySpan<float> source = tensor.Values;
            Span<float> target = y.Span;
            for (int row = 0; row < y.Shape.Rows; row++)
                source.Slice(row * width, width).CopyTo(target[(row * columns + first)..]);
            first += width;
        }

        if (records)
        {
            TensorList operands = tape.RentObject<TensorList>();
            operands.Tensors.Clear();
            operands.Tensors.AddRange(tensors);
            tape.Record(new TapeEntry { Operation = ConcatOperation.Instance, Output = y, Extra = operands });
        }

        return y;
    }

    private sealed class TensorList
    {
        public List<Tensor> Tensors { get; } = [];
    }

    private sealed unsafe class ConcatOperation : TapeOperation
    {
        public static readonly ConcatOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            Tensor d = tape.Gradient(entry.Output);
            int columns = d.Shape.Last;
            int first = 0;
            foreach (Tensor operand in ((TensorList)entry.Extra!).Tensors)
            {
                int width = operand.Shape.Last;
                if (tape.NeedsGradient(operand))
                {
                    Tensor target = tape.GradientTarget(operand, out bool accumulate);
                    fixed (float* source = d.Span, dx = target.Span)
                    {
                        for (int row = 0; row < d.Shape.Rows; row++)
                        {
                            float* from = source + (nint)row * columns + first;
                            float* to = dx + (nint)row * width;
                            if (accumulate)
                                Kernels.Elementwise.Elementwise.Accumulate(from, to, width);
                            else
                                Kernels.Elementwise.Elementwise.Copy(from, to, width);
                        }
                    }
                }

                first += width;
            }
        }
    }
}
