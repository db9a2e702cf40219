using Unfold.Cells.Graph;

namespace Unfold.Cells.Schedule;

/// <summary>The memory of a schedule while it is being built: kept blocks, scratch, vectors and packed products of both directions.</summary>
internal sealed class ScheduleContext
{
    private readonly List<(int Width, int Blocks)> _keptGroups = [];
    private readonly List<int> _temporaries = [];
    private readonly List<VectorSource> _vectors = [];
    private readonly Dictionary<Value, Slot> _assigned = [];
    private readonly Dictionary<Node, int> _parameters;
    private int _gemms;

    public ScheduleContext(CellGraph graph, IReadOnlyDictionary<string, int> sizes)
        : this(sizes, graph.Parameters.Select((p, i) => (p.Node, i)).ToDictionary(p => p.Node, p => p.i))
    {
    }

    private ScheduleContext(IReadOnlyDictionary<string, int> sizes, Dictionary<Node, int> parameters)
    {
        Sizes = sizes;
        _parameters = parameters;
    }

    public IReadOnlyDictionary<string, int> Sizes { get; }

    public IReadOnlyList<(int Width, int Blocks)> KeptGroups => _keptGroups;

    public IReadOnlyList<int> TemporaryWidths => _temporaries;

    public IReadOnlyList<VectorSource> Vectors => _vectors;

    /// <summary>A copy to try something on; <see cref="TakeOver"/> makes it final.</summary>
    public ScheduleContext Copy()
    {
        var copy = new ScheduleContext(Sizes, _parameters);
        copy.TakeOver(this);
        return copy;
    }

    public void TakeOver(ScheduleContext other)
    {
        Replace(_keptGroups, other._keptGroups);
        Replace(_temporaries, other._temporaries);
        Replace(_vectors, other._vectors);
        _assigned.Clear();
        foreach ((Value value, Slot slot) in other._assigned)
            _assigned.Add(value, slot);
        _gemms = other._gemms;

        static void Replace<T>(List<T> list, List<T> by)
        {
            list.Clear();
            list.AddRange(by);
        }
    }

    /// <summary>Says where a value goes once somebody asks.</summary>
    public void Assign(Value value, Slot slot) => _assigned.TryAdd(value, slot);

    public Slot Temporary(int width)
    {
        _temporaries.Add(width);
        return new Slot(SlotSpace.Temporary, _temporaries.Count - 1, width);
    }

    /// <summary>Blocks that lie side by side and exist for every step.</summary>
    public Slot[] Keep(int width, int blocks)
    {
        _keptGroups.Add((width, blocks));
        return [.. Enumerable.Range(0, blocks).Select(i => new Slot(SlotSpace.Kept, i, width, _keptGroups.Count - 1))];
    }

    /// <summary>The memory of a value: what was assigned to it, or a new place, for every step if it must outlive its own.</summary>
    public Slot SlotFor(Value value, bool spansSteps)
    {
        if (!_assigned.TryGetValue(value, out Slot? slot))
            _assigned.Add(value, slot = spansSteps ? Keep(value.Width, 1)[0] : Temporary(value.Width));
        return slot;
    }

    /// <summary>The position of a vector in <see cref="Vectors"/>, where those that it is made of come before it.</summary>
    public int VectorOf(Value value)
    {
        VectorSource entry = value.Inputs.Length > 0 ? new VectorSource(value.Width, -1, 0, Instruction())
            : value.Origin!.Operation == Operation.Parameter ? new VectorSource(value.Width, _parameters[value.Origin], 0, null)
            : new VectorSource(value.Width, -1, (float)value.V, null);
        int index = _vectors.IndexOf(entry);
        if (index >= 0)
            return index;
        _vectors.Add(entry);
        return _vectors.Count - 1;

        Instruction Instruction()
        {
            short[] inputs = [.. value.Inputs.Select(i => (short)VectorOf(i)), -1, -1, -1, -1];
            return new Instruction(value.Op, -1, inputs[0], inputs[1], inputs[2], inputs[3], (float)value.V, (float)value.W, false, 0, false);
        }
    }

    public CouplingStep Couple(Value value, IReadOnlyDictionary<Value, Slot> available, int offset) =>
        new(value, [.. value.Inputs.Select(i => available[i])], available[value], offset);

    /// <summary>
    /// Packs products that run together: those of one operand whose results lie side by side become one, and so do those into one result whose operands
    /// lie side by side.
    /// </summary>
    public List<GemmStep> Pack(
        List<(Value Accumulator, ProductTerm Term)> terms, IReadOnlyDictionary<Value, Slot> available, Func<Value, ProductTerm, bool> isFirst)
    {
        var steps = new List<GemmStep>();
        var started = new HashSet<Value>();
        var single = new List<Product>();
        foreach (IGrouping<Value, (Value Accumulator, ProductTerm Term)> sum in terms.GroupBy(t => t.Accumulator))
        {
            List<Product> products = [.. sum.Select(t => new Product(t.Term, available[t.Term.Operand], available[sum.Key], sum.Key))
                .OrderBy(p => p.Operand.Group).ThenBy(p => p.Operand.Index)];
            if (products.Count == 1)
            {
                single.Add(products[0]);
                continue;
            }

            foreach (List<Product> run in Runs(products, (a, b) => a.Operand.IsFollowedBy(b.Operand) && a.Transposed == b.Transposed))
                steps.Add(Step(run));
        }

        foreach (IGrouping<Slot, Product> operand in single.GroupBy(p => p.Operand))
        {
            List<Product> products = [.. operand.OrderBy(p => p.Destination.Group).ThenBy(p => p.Destination.Index)];
            foreach (List<Product> run in Runs(products, (a, b) =>
                a.Destination.IsFollowedBy(b.Destination) && a.Transposed == b.Transposed && Accumulates(a) == Accumulates(b)))
                steps.Add(Step(run));
        }

        return steps;

        bool Accumulates(Product p) => started.Contains(p.Accumulator) || !isFirst(p.Accumulator, p.Term);

        GemmStep Step(List<Product> run)
        {
            bool accumulate = Accumulates(run[0]);
            Product[] destinations = [.. run.DistinctBy(p => p.Destination)];
            started.UnionWith(run.Select(p => p.Accumulator));
            return new GemmStep(
                [.. run.Select(p => p.Operand).Distinct()], [.. destinations.Select(p => p.Destination)], [.. run.Select(p => p.Term.Weights)],
                accumulate ? [] : [.. destinations.Select(p => p.Accumulator.Bias is Value bias ? _parameters[bias.Origin!] : -1)],
                accumulate, _gemms++);
        }
    }

    /// <summary>Cuts a list into the longest runs of neighbours.</summary>
    public static IEnumerable<List<T>> Runs<T>(IReadOnlyList<T> items, Func<T, T, bool> joined)
    {
        var run = new List<T>();
        foreach (T item in items)
        {
            if (run.Count > 0 && !joined(run[^1], item))
            {
                yield return run;
                run = [];
            }

            run.Add(item);
        }

        if (run.Count > 0)
            yield return run;
    }

    private sealed record Product(ProductTerm Term, Slot Operand, Slot Destination, Value Accumulator)
    {
        public bool Transposed => Term.Weights.Transposed;
    }
}
