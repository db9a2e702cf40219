using System.Runtime.InteropServices;
using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>The loss of a <see cref="ConditionalRandomField"/>. Going forward it has computed all gradients for d = 1, while its numbers were near.</summary>
internal sealed unsafe class LinearChainOperation : TapeOperation
{
    private static readonly LinearChainOperation Instance = new();

    /// <summary>As <see cref="ConditionalRandomField.Loss"/>, of given scores of beginnings, ends and transitions.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="scores">[S, K].</param>
    /// <param name="start">[K].</param>
    /// <param name="end">[K].</param>
    /// <param name="transitions">[K, K], from row to column.</param>
    /// <param name="labels">[S].</param>
    /// <param name="sequences">How the steps lie.</param>
    public static Tensor Loss(Tape tape, Tensor scores, Tensor start, Tensor end, Tensor transitions, ReadOnlySpan<int> labels, PackedSequences sequences)
    {
        int rows = scores.Shape[0], count = scores.Shape[1], batch = sequences.Count;
        if (labels.Length != rows)
            throw new ArgumentException($"ConditionalRandomField expects a label for each of the {rows} rows of scores, but got {labels.Length}.");
        Check.Indices("ConditionalRandomField", labels, count);
        bool records = tape.Records(scores) | tape.Records(start, end, transitions);
        Tensor columns = Transposed(tape, transitions), losses = tape.Rent(new Shape(batch));
        Tensor before = tape.Rent(scores.Shape), after = tape.Rent(scores.Shape), kept = tape.Rent(new Shape(rows));
        Tensor work = tape.Rent(new Shape(batch, 3 * count));
        labels.CopyTo(MemoryMarshal.Cast<float, int>(kept.Span));
        Gradients gradients = records ? tape.RentObject<Gradients>() : null!;
        LinearChainJob job = LinearChainJob.Own;
        job.Sequences = sequences;
        job.Labels = count;
        job.Targets = (int*)kept.Pointer;
        job.Scores = scores.Pointer;
        job.StartScores = start.Pointer;
        job.EndScores = end.Pointer;
        job.Columns = columns.Pointer;
        job.Before = before.Pointer;
        job.After = after.Pointer;
        job.Work = work.Pointer;
        job.Losses = losses.Pointer;
        job.Gradient = null;
        if (records)
        {
            gradients.Set(start, end, transitions, tape.Rent(scores.Shape), tape.Rent(new Shape(batch, count)), tape.Rent(new Shape(batch, count)), tape.Rent(new Shape(batch, count * count)));
            job.Gradient = gradients.OfScores.Pointer;
            job.StartGradients = gradients.OfStart.Pointer;
            job.EndGradients = gradients.OfEnd.Pointer;
            job.ColumnGradients = gradients.OfColumns.Pointer;
        }

        job.Run(1f / rows);
        double sum = 0;
        foreach (float loss in losses.Values)
            sum += loss;
        Tensor result = tape.Rent(default);
        result.Span[0] = (float)(sum / rows);
        if (records)
            tape.Record(new TapeEntry { Operation = Instance, Output = result, A = scores, Extra = gradients });
        return result;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape, in TapeEntry entry)
    {
        float d = tape.Gradient(entry.Output).Scalar;
        Gradients gradients = (Gradients)entry.Extra!;
        if (tape.NeedsGradient(entry.A) && (d != 1 || !tape.TryAdoptGradient(entry.A, gradients.OfScores)))
            ElementwiseJob.Scale(gradients.OfScores, d, tape.GradientTarget(entry.A, out bool accumulate), accumulate);
        AddSums(tape, gradients.Start, gradients.OfStart, d);
        AddSums(tape, gradients.End, gradients.OfEnd, d);
        if (!tape.NeedsGradient(gradients.Transitions))
            return;
        Tensor sums = Sum(tape, gradients.OfColumns);
        Tensor rows = Transposed(tape, sums.Reshape(gradients.Transitions.Shape[0], gradients.Transitions.Shape[0]));
        ElementwiseJob.Scale(rows, d, tape.GradientTarget(gradients.Transitions, out bool adds), adds);
    }

    private static void AddSums(Tape tape, Tensor operand, Tensor perSequence, float d)
    {
        if (tape.NeedsGradient(operand))
            ElementwiseJob.Scale(Sum(tape, perSequence), d, tape.GradientTarget(operand, out bool accumulate), accumulate);
    }

    /// <summary>The sum of rows, one after the other.</summary>
    private static Tensor Sum(Tape tape, Tensor rows)
    {
        int columns = rows.Shape[1];
        Tensor sum = tape.RentZeroed(new Shape(columns));
        for (int row = 0; row < rows.Shape[0]; row++)
            Elementwise.Accumulate(rows.Pointer + ((nint)row * columns), sum.Pointer, columns);
        return sum;
    }

    private static Tensor Transposed(Tape tape, Tensor square)
    {
        int size = square.Shape[0];
        Tensor result = tape.Rent(square.Shape);
        ReadOnlySpan<float> from = square.Values;
        Span<float> to = result.Span;
        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
                to[(j * size) + i] = from[(i * size) + j];
        }

        return result;
    }

    /// <summary>What the backward pass needs: the operands behind the first, and for each its gradient, of parameters for each sequence.</summary>
    private sealed class Gradients
    {
        public Tensor Start { get; private set; }

        public Tensor End { get; private set; }

        public Tensor Transitions { get; private set; }

        public Tensor OfScores { get; private set; }

        public Tensor OfStart { get; private set; }

        public Tensor OfEnd { get; private set; }

        public Tensor OfColumns { get; private set; }

        public void Set(Tensor start, Tensor end, Tensor transitions, Tensor ofScores, Tensor ofStart, Tensor ofEnd, Tensor ofColumns) =>
            (Start, End, Transitions, OfScores, OfStart, OfEnd, OfColumns) = (start, end, transitions, ofScores, ofStart, ofEnd, ofColumns);
    }
}
