using Unfold.Autodiff;
using Unfold.Cells.Schedule;
using Unfold.Tensors;

namespace Unfold.Cells.Execution;

/// <content>The backward pass of a run.</content>
internal sealed unsafe partial class CellRun
{
    private Tensor[] _finalGradients = [];

    /// <summary>[N, S] a state: the gradient of its initial value after <see cref="Backward"/>.</summary>
    public Tensor InitialGradient(int state) => _carries[state].Slice(0, _rows.Batch);

    /// <summary>Goes back through time, chunk by chunk, adds to the parameters' gradients and writes that of x.</summary>
    /// <param name="tape">Gives the memory.</param>
    /// <param name="outputGradient">[S, O].</param>
    /// <param name="inputGradient">[S, C], to be written; no value when nobody wants it.</param>
    /// <param name="finalGradients">[N, S] a state, or no value where the final state has no gradient; null for none at all.</param>
    public void Backward(Tape tape, Tensor outputGradient, Tensor inputGradient, IReadOnlyList<Tensor>? finalGradients = null)
    {
        CellSchedule schedule = _plan.Schedule;
        Resize(ref _carries, schedule.StateWidths.Count);
        Resize(ref _finalGradients, _carries.Length);
        for (int i = 0; i < _carries.Length; i++)
        {
            _carries[i] = tape.Rent(new Shape(CarryRows, schedule.StateWidths[i]));
            _finalGradients[i] = finalGradients is null ? default : finalGradients[i];
        }

        if (_rows.Steps == 0)
        {
            PassGradientsAtOnce();
            return;
        }

        Resize(ref _sums, schedule.ParameterGradients.Count);
        for (int i = 0; i < _sums.Length; i++)
            _sums[i] = tape.Rent(new Shape(OwnRows, schedule.ParameterGradients[i].Width));

        // An elementwise part of dx is written in the loop whether or not anybody wants it.
        _wantsInput = inputGradient.HasValue;
        if (!_wantsInput)
            inputGradient = tape.Rent(_x.Shape);
        Address(outputGradient, inputGradient);
        RentSums(tape);
        int packStart = _plan.ForwardProducts;
        for (int chunk = Chunks - 1; chunk >= 0; chunk--)
        {
            int start = StartOf(chunk), end = StartOf(chunk + 1);
            if (_mode == RunMode.Recompute)
                Start(Work.Again, start, end); // what the forward pass of the chunk did not keep
            Start(Work.Backward, start, end, packStart, _plan.Products.Length);
            packStart = _plan.Products.Length;
            if (!_sumsInRun)
                AddGradients(start, end);
        }

        AddSecondHalf();
        KeepAlive();
    }
}
