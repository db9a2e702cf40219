using Unfold.Autodiff;
using Unfold.Kernels.Random;
using Unfold.Kernels.Threading;
using Unfold.Tensors;
using K = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Cells.Execution;

/// <summary>
/// One pass of a layer over T steps of N sequences: the memory of the run, and the walk through the schedule in chunks of some steps, whose sums stay in
/// the caches from the product with x to the end of the loop. An object of this class is used again, run after run, and then allocates nothing.
/// </summary>
internal sealed unsafe partial class CellRun : TogetherJob
{
    private readonly SequenceRows _rows = new();
    private CellPlan _plan = null!;
    private PackedLayout _layout = null!;
    private IReadOnlyList<Parameter> _parameters = null!;
    private Partition _partition;
    private RunMode _mode;
    private MaskCounter _masks;
    private Tensor _x, _packed;
    private int _chunkSteps, _chunkRows;

    /// <summary>The layer that this run belongs to.</summary>
    public object? Owner { get; set; }

    /// <summary>Whether the run started from the cell's own initial states rather than from given ones.</summary>
    public bool LearnsInitial { get; set; }

    /// <summary>Which rows there are; to be set before <see cref="Forward"/>.</summary>
    public SequenceRows Rows => _rows;

    /// <summary>How threads share the work; null, and so by default, to choose what is fastest.</summary>
    public Partition? Sharing { get; set; }

    /// <summary>How many steps are a chunk; null, and so by default, to choose what fits the caches.</summary>
    public int? StepsOfChunk { get; set; }

    /// <summary>[S, O], S the rows of all steps: the output of every step.</summary>
    public Tensor Output => _output;

    /// <summary>x as it was given.</summary>
    public Tensor Input => _x;

    /// <summary>An array to be filled with the initial states.</summary>
    public Tensor[] InitialStates(int count)
    {
        Resize(ref _initial, count);
        return _initial;
    }

    /// <summary>An array to be filled with where the final states go.</summary>
    public Tensor[] FinalStates(int count)
    {
        Resize(ref _finals, count);
        return _finals;
    }

    /// <summary>Runs the cell forward.</summary>
    /// <param name="tape">Gives the memory.</param>
    /// <param name="plan">The plan for the layer's sizes.</param>
    /// <param name="parameters">In the order of the cell's graph.</param>
    /// <param name="x">[S, C], as <see cref="Rows"/> says.</param>
    /// <param name="initial">Each state before the first step, [N, S], or [1, S] for all sequences alike.</param>
    /// <param name="finals">Receive each state after the last step of every sequence, [N, S]; they may be the initial ones. Empty where nobody wants them.</param>
    /// <param name="masks">What random factors are counted by.</param>
    /// <param name="mode">What is kept for the backward pass.</param>
    /// <param name="packed">Gives the packed weights for a layout; null to pack them now.</param>
    public void Forward(
        Tape tape, CellPlan plan, IReadOnlyList<Parameter> parameters, Tensor x, Tensor[] initial, Tensor[] finals, in MaskCounter masks, RunMode mode,
        Func<PackedLayout, Tensor>? packed = null)
    {
        _plan = plan;
        _parameters = parameters;
        _masks = masks;
        _x = x;
        (_initial, _finals) = (initial, finals);
        _mode = mode;
        bool packs = packed is null;
        _partition = Sharing ?? Partition.Choose(plan, _rows, packs, Team.Shared.Size);
        _layout = plan.LayoutFor(_partition);
        ChooseChunks();
        ChooseSums();
        _wantsInput = true;
        _packed = packed?.Invoke(_layout) ?? default;
        Rent(tape);
        Address(default, default);
        FillMasks();
        int steps = IsSharedAnew ? _chunkSteps : _rows.Steps, packEnd = packs ? plan.ForwardProducts : 0;
        for (int t = 0; t < _rows.Steps; t += steps, packEnd = 0)
            Start(Work.Forward, t, Math.Min(_rows.Steps, t + steps), 0, packEnd);
        if (_rows.Steps == 0)
            EndAtOnce();
        KeepAlive();
    }

    /// <summary>Packs the weights for many forward passes with the same values.</summary>
    public static Tensor Pack(CellPlan plan, PackedLayout layout, IReadOnlyList<Parameter> parameters)
    {
        Tensor packed = Tensor.Zeros(new Shape(checked((int)layout.ForwardLength)));
        for (int i = 0; i < plan.ForwardProducts; i++)
            WeightPacking.Pack(plan.Products[i], layout, parameters, packed.Pointer, 0, 1);
        return packed;
    }

    private void FillMasks()
    {
        for (int i = 0; i < _maskTensors.Length; i++)
        {
            (int place, float p, int width) = _plan.Schedule.Masks[i];
            float* target = _maskTensors[i].Pointer;
            if (!_masks.Training)
                K.Fill(target, (nint)_rows.Batch * width, 1);
            for (int row = 0; row < _rows.Batch && _masks.Training; row++)
            {
                CountedRandom.FillBernoulli(
                    _masks.Seed, _masks.Place + (uint)place, _masks.Sequence(row), 0, 1 - p, 1 / (1 - p), target + (nint)row * width, width);
            }
        }
    }

    private void KeepAlive()
    {
        GC.KeepAlive(this);
        GC.KeepAlive(_parameters);
    }
}

/// <summary>What a run keeps.</summary>
internal enum RunMode
{
    /// <summary>The output and the last states: there is no way back.</summary>
    Infer,

    /// <summary>What the backward pass needs, for all steps.</summary>
    Train,

    /// <summary>The output, and the states where each chunk begins: the backward pass computes the rest again.</summary>
    Recompute,
}
