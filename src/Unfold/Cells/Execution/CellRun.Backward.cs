using Unfold.Autodiff;
using Unfold.Cells.Schedule;
using Unfold.Kernels.Gemm;
using Unfold.Tensors;
using K = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Cells.Execution;

/// <content>The backward pass of a run.</content>
internal sealed unsafe partial class CellRun
{
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

        _packFirst = _plan.ForwardProducts;
        Run(Work.Pack, null, _plan.Packing.Length - _plan.ForwardProducts);
        _packFirst = 0;
        RunAll(_plan.Backward.Before, wantsInput);
        Run(Work.Backward, null, RowParts);
        RunAll(_plan.Backward.After, wantsInput);
        foreach (PlannedWeightGradient step in _plan.WeightGradients)
            AddWeightGradients(step);
        AddParameterSums();
        KeepAlive();
    }

    /// <summary>dW += dᵀ v over all steps and rows.</summary>
    private void AddWeightGradients(PlannedWeightGradient planned)
    {
        SlotBlock gradient = planned.Gradient;
        MatrixView operand = ViewOfAll(planned.Operand), gradients = ViewOfAll(gradient);
        int rows = _steps * _rows, columns = planned.Operand.Width;
        IReadOnlyList<WeightReference> weights = planned.Step.Weights;
        if (WeightPacking.Stack(weights, _parameters, gradients: true) is MatrixView stacked)
        {
            Gemm.MultiplyParallel(gradients, true, operand, false, gradient.Total, columns, rows, stacked, true, null);
            return;
        }

        for (int i = 0; i < weights.Count; i++)
        {
            MatrixView target = WeightPacking.Single(weights[i], _parameters, gradients: true);
            Gemm.MultiplyParallel(
                gradients.Columns(i * gradient.Width), true, operand, false, gradient.Width, columns, rows, target, true, null);
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
