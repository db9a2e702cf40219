using Unfold.Autodiff;
using Unfold.Cells.Schedule;
using Unfold.Kernels.Gemm;
using Unfold.Tensors;
using K = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Cells.Execution;

/// <content>The backward pass of a run.</content>
internal sealed unsafe partial class CellRun
{
    private Tensor _outputGradient, _inputGradient;
    private Tensor[]? _carries;
    private Tensor[] _carryTensors = [];
    private int _packFirst;

    /// <summary>[2, N, S] a state: row 0 is the gradient of its initial value after <see cref="Backward"/>.</summary>
    public Tensor InitialGradient(int state) => _carryTensors[state].Slice(0, 1);

    /// <summary>Goes back through time, adds to the parameters' gradients and writes that of x.</summary>
    /// <param name="tape">Gives the memory.</param>
    /// <param name="outputGradient">[T, N, O].</param>
    /// <param name="inputGradient">[T, N, C], to be written; no value when nobody wants it.</param>
    /// <param name="finalGradients">[N, S] a state, or no value where the final state has no gradient; null for none at all.</param>
    public void Backward(Tape tape, Tensor outputGradient, Tensor inputGradient, IReadOnlyList<Tensor>? finalGradients = null)
    {
        CellSchedule schedule = _plan.Schedule;
        Resize(ref _carryTensors, schedule.StateWidths.Count);
        for (int i = 0; i < _carryTensors.Length; i++)
        {
            _carryTensors[i] = tape.Rent(new Shape(2, _rows, schedule.StateWidths[i]));
            Span<float> last = _carryTensors[i].Slice(_steps & 1, 1).Span;
            if (finalGradients is not null && finalGradients[i].HasValue)
                finalGradients[i].Values.CopyTo(last);
            else
                last.Clear();
        }

        Resize(ref _sums, schedule.ParameterGradients.Count);
        for (int i = 0; i < _sums.Length; i++)
            _sums[i] = tape.RentZeroed(new Shape(_rows, schedule.ParameterGradients[i].Width));

        // An elementwise part of dx is written in the loop whether or not anybody wants it.
        bool wantsInput = inputGradient.HasValue;
        if (!wantsInput)
            inputGradient = tape.Rent(_x.Shape);
        Address(outputGradient, inputGradient, _carryTensors);

        _packFirst = _plan.ForwardGemms;
        Run(Work.Pack, null, _plan.Packing.Count - _plan.ForwardGemms);
        _packFirst = 0;
        RunAll(schedule.Backward.Before);
        Run(Work.Backward, null, RowParts);
        foreach (Step step in schedule.Backward.After)
        {
            if (wantsInput || step is not GemmStep { Destinations: [{ Space: SlotSpace.InputGradient }] })
                RunAll([step]);
        }

        foreach (WeightGradientStep step in schedule.WeightGradients)
            AddWeightGradients(step);
        AddParameterSums();
        KeepAlive();
    }

    /// <summary>dW += dᵀ v over all steps and rows.</summary>
    private void AddWeightGradients(WeightGradientStep step)
    {
        MatrixView operand = View(AddressOf(step.Operand).At(0), [step.Operand], AddressOf(step.Operand).StepStride);
        int rows = _steps * _rows, outputs = step.Gradients.Sum(g => g.Width);
        if (WeightPacking.Stack(step.Weights, _parameters, gradients: true) is MatrixView stacked)
        {
            SlotAddress all = AddressOf(step.Gradients[0]);
            Gemm.MultiplyParallel(
                View(all.At(0), step.Gradients, all.StepStride), true, operand, false, outputs, step.Operand.Width, rows, stacked, true, null);
            return;
        }

        for (int i = 0; i < step.Gradients.Count; i++)
        {
            SlotAddress one = AddressOf(step.Gradients[i]);
            MatrixView target = WeightPacking.Stack([step.Weights[i]], _parameters, gradients: true)!.Value;
            Gemm.MultiplyParallel(
                View(one.At(0), [step.Gradients[i]], one.StepStride), true, operand, false, step.Gradients[i].Width, step.Operand.Width, rows, target,
                true, null);
        }
    }

    /// <summary>Adds what each row has summed over time, row after row.</summary>
    private void AddParameterSums()
    {
        for (int i = 0; i < _sums.Length; i++)
        {
            (int parameter, int width) = _plan.Schedule.ParameterGradients[i];
            float* target = _parameters[parameter].Gradient.Pointer;
            for (int row = 0; row < _rows; row++)
                K.Accumulate(_sums[i].Pointer + (nint)row * width, target, width);
        }
    }
}
