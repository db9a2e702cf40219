using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Cells.Execution;
using Unfold.Cells.Graph;
using Unfold.Cells.Initializers;
using Unfold.Cells.Schedule;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>One layer of a <see cref="Recurrent"/> stack: a cell with its plan and its parameters.</summary>
internal sealed class RecurrentLayer
{
    private readonly Parameter?[] _learned;
    private readonly uint _place;
    private readonly ParameterSet _set;
    private readonly Lock _packing = new();
    private readonly Dictionary<PackedLayout, Tensor> _packed = [];
    private readonly Func<PackedLayout, Tensor> _packedFor;
    private long _packedVersion = -1;
    private LayerGates? _gates;

    /// <param name="set">The model's parameters.</param>
    /// <param name="add">Adds a parameter to it under this layer's name.</param>
    /// <param name="name">This layer's name.</param>
    /// <param name="cell">The cell.</param>
    /// <param name="inputSize">C.</param>
    /// <param name="hiddenSize">H.</param>
    public RecurrentLayer(
        ParameterSet set, Func<string, Shape, Initializer, bool, Parameter> add, string name, Cell cell, int inputSize, int hiddenSize)
    {
        _set = set;
        Graph = cell.Graph;
        Name = name;
        InputSize = inputSize;
        Sizes = Graph.SizesFor(inputSize, hiddenSize);
        Plan = new CellPlan(Scheduler.Build(Graph, inputSize, hiddenSize));
        _place = Place.Of(name);

        // In the order in which products read them, so that the weights of one product lie at equal distances and need no gathering.
        var parameters = new Parameter[Graph.Parameters.Count];
        foreach (int index in Plan.Schedule.Forward.Steps.OfType<GemmStep>().SelectMany(g => g.Weights.Select(w => w.Parameter))
            .Concat(Enumerable.Range(0, parameters.Length)).Distinct())
        {
            ParameterVariable variable = Graph.Parameters[index];
            parameters[index] = add(variable.Name, ShapeOf(variable.Node), ParameterInitializer.For(variable.Initialization), variable.Trained);
        }

        Parameters = parameters;
        _packedFor = Packed;
        _learned = [.. Graph.States.Select(s => s.Initial == InitialState.Learned
            ? add(s.Name + "0", ShapeOf(s.Previous), Initializer.Zeros, true) : null)];
    }

    public string Name { get; }

    public CellGraph Graph { get; }

    public CellPlan Plan { get; }

    public int InputSize { get; }

    public int OutputSize => Plan.Schedule.OutputWidth;

    public IReadOnlyDictionary<string, int> Sizes { get; }

    /// <summary>In the order of the cell's graph.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    public int StateCount => Graph.States.Count;

    private bool HasTrained => Parameters.Any(p => p.NeedsGradient) || _learned.Any(p => p is { NeedsGradient: true });

    public Shape StateShape(int state, int batch) => new(batch, Plan.Schedule.StateWidths[state]);

    /// <summary>Writes the value that a state starts from.</summary>
    public void FillInitial(int state, Span<float> values)
    {
        if (_learned[state] is not Parameter learned)
        {
            values.Fill((float)Graph.States[state].InitialValue);
            return;
        }

        for (; values.Length > 0; values = values[learned.Shape.Length..])
            learned.Value.Values.CopyTo(values);
    }

    /// <summary>Runs the cell over x [S, C], whose rows lie as given.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">The input.</param>
    /// <param name="rows">How its rows lie.</param>
    /// <param name="initial">The states before the first step, in the order of the batch; empty for the layer's own beginning.</param>
    /// <param name="finals">Receive the states after the last steps, in the order of the batch, and may be the initial ones; empty where nobody wants them.</param>
    /// <param name="sequences">The order of the sequences among the rows, if that is not the batch's.</param>
    /// <param name="recomputes">Whether the backward pass computes again what lies between chunks.</param>
    /// <returns>[S, O], on the tape.</returns>
    public Tensor Forward(
        Tape tape, Tensor x, SequenceRows rows, ReadOnlySpan<Tensor> initial, ReadOnlySpan<Tensor> finals, PackedSequences? sequences, bool recomputes)
    {
        CellRun run = tape.RentObject<CellRun>();
        run.Rows.Set(rows);
        Tensor[] starts = run.InitialStates(StateCount), ends = run.FinalStates(finals.Length);
        for (int i = 0; i < starts.Length; i++)
        {
            if (initial.Length == 0)
            {
                starts[i] = tape.Rent(StateShape(i, 1));
                FillInitial(i, starts[i].Span);
            }
            else
            {
                starts[i] = sequences is null ? initial[i] : tape.Rent(StateShape(i, rows.Batch));
                sequences?.CopyState(initial[i], starts[i], toPacked: true);
            }

            if (finals.Length > 0)
                ends[i] = sequences is null ? finals[i] : tape.Rent(StateShape(i, rows.Batch));
        }

        bool records = tape.Recording && (HasTrained || tape.NeedsGradient(x));
        RunMode mode = !records ? RunMode.Infer : recomputes ? RunMode.Recompute : RunMode.Train;
        var masks = new MaskCounter(tape.Seed, _place, (ulong)tape.Step << 32, 0, tape.Training, sequences?.Order);
        if (tape.Gates is Action<string, float[]> show)
            (_gates ??= new LayerGates(this)).Show(show, x, rows, starts, in masks);
        run.Forward(tape, Plan, Parameters, x, starts, ends, in masks, mode, tape.Recording ? null : _packedFor);
        for (int i = 0; i < finals.Length && sequences is not null; i++)
            sequences.CopyState(ends[i], finals[i], toPacked: false);
        run.LearnsInitial = initial.Length == 0;
        run.Owner = this;
        if (records)
            tape.Record(new TapeEntry { Operation = RecurrentOperation.Instance, Output = run.Output, A = x, Extra = run });
        return run.Output;
    }

    /// <summary>Adds the gradients of learned initial states: the sum over the batch.</summary>
    public void AddInitialGradients(CellRun run)
    {
        for (int i = 0; i < _learned.Length && run.LearnsInitial; i++)
        {
            if (_learned[i] is not Parameter learned)
                continue;
            Span<float> target = learned.Gradient.Span;
            ReadOnlySpan<float> all = run.InitialGradient(i).Values;
            for (int j = 0; j < all.Length; j++)
                target[j % target.Length] += all[j];
        }
    }

    /// <summary>The packed weights for inference; made again when the parameters' values have changed.</summary>
    private Tensor Packed(PackedLayout layout)
    {
        lock (_packing)
        {
            if (_packedVersion != _set.Version)
            {
                _packed.Clear();
                _packedVersion = _set.Version;
            }

            if (!_packed.TryGetValue(layout, out Tensor packed))
                _packed.Add(layout, packed = CellRun.Pack(Plan, layout, Parameters));
            return packed;
        }
    }

    private Shape ShapeOf(Node node)
    {
        int[] sizes = [.. node.Shape.Select(d => d.Resolve(Sizes))];
        return sizes.Length == 0 ? new Shape(1) : new Shape(sizes);
    }
}
