using Unfold.Autodiff;
using Unfold.Cells.Execution;
using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>A recurrent layer's run on a tape: its gradient goes back through time.</summary>
internal sealed class RecurrentOperation : TapeOperation
{
    public static RecurrentOperation Instance { get; } = new();

    public override string? LayerOf(in TapeEntry entry) => ((RecurrentLayer)((CellRun)entry.Extra!).Owner!).Name;

    public override unsafe void Backward(Tape tape, in TapeEntry entry)
    {
        var run = (CellRun)entry.Extra!;
        Tensor outputGradient = tape.Gradient(entry.Output);
        if (!tape.NeedsGradient(entry.A))
        {
            run.Backward(tape, outputGradient, default);
        }
        else
        {
            Tensor target = tape.GradientTarget(entry.A, out bool accumulate);
            Tensor gradient = accumulate ? tape.Rent(target.Shape) : target;
            run.Backward(tape, outputGradient, gradient);
            if (accumulate)
                Elementwise.Accumulate(gradient.Pointer, target.Pointer, target.Shape.Length);
        }

        ((RecurrentLayer)run.Owner!).AddInitialGradients(run);
    }
}
