using Unfold.Cells.Graph;

namespace Unfold.Cells.Schedule;

/// <summary>
/// Makes a cell's schedule for given sizes. Forward keeps, in the place of each sum of products, what backward needs of it (the activation where that is
/// enough); backward computes the rest again from there and from the states, and leaves each sum's gradient in the same place.
/// </summary>
internal sealed class Scheduler
{
    private readonly CellGraph _graph;
    private readonly IReadOnlyDictionary<string, int> _sizes;
    private readonly Translator _translator;
    private readonly ScheduleContext _context;
    private readonly Dictionary<Value, Slot> _places = [];
    private readonly Value[] _next;
    private readonly Value _output;
    private readonly int _outputState;
    private readonly List<(int Place, float Probability, int Width)> _masks = [];
    private IReadOnlyDictionary<Value, Slot> _placeOfSum = new Dictionary<Value, Slot>();

    private Scheduler(CellGraph graph, IReadOnlyDictionary<string, int> sizes)
    {
        _graph = graph;
        _sizes = sizes;
        _translator = new Translator(graph, sizes);
        _context = new ScheduleContext(graph, sizes);
        _translator.Uses = CountUses([.. graph.States.Select(s => s.Next), graph.Output]);
        _next = [.. graph.States.Select(s => _translator.Of(s.Next))];
        _output = _translator.Of(graph.Output);
        _outputState = graph.States.ToList().FindIndex(s => s.Next == graph.Output);
    }

    /// <summary>The schedule of a checked cell for C input features and H hidden units.</summary>
    public static CellSchedule Build(CellGraph graph, int inputSize, int hiddenSize) =>
        new Scheduler(Lowering.Lower(graph), graph.SizesFor(inputSize, hiddenSize)).Build();

    private CellSchedule Build()
    {
        HashSet<Value> forwardValues = Reach(_next.Append(_output));
        AddLeaves(forwardValues);
        BackwardRoots backward = TranslateAdjoint();
        HashSet<Value> needed = NeededByBackward(backward, forwardValues);
        SchedulePass forward = BuildForward(forwardValues, needed);
        BackwardPass pass = BuildBackward(backward);
        return new CellSchedule
        {
            Graph = _graph,
            Sizes = _sizes,
            InputWidth = Width(_graph.Input),
            OutputWidth = _output.Width,
            OutputState = _outputState,
            StateWidths = [.. _graph.States.Select(s => Width(s.Previous))],
            Forward = forward,
            Backward = pass.Pass,
            WeightGradients = Group(pass.Weights),
            BiasGradients = pass.Biases,
            KeptGroups = _context.KeptGroups,
            TemporaryWidths = _context.TemporaryWidths,
            ParameterGradients = pass.Parameters,
            Vectors = _context.Vectors,
            Masks = _masks,
        };
    }

    private int Width(Node node) => node.Shape.Aggregate(1, (size, dimension) => checked(size * dimension.Resolve(_sizes)));

    private static Dictionary<Node, int> CountUses(IReadOnlyList<Node> roots)
    {
        var uses = new Dictionary<Node, int>();
        foreach (Node root in roots)
            uses[root] = uses.GetValueOrDefault(root) + 1;
        foreach (Node node in Lowering.Reachable(roots))
        {
            foreach (Node input in node.Inputs)
                uses[input] = uses.GetValueOrDefault(input) + 1;
        }

        return uses;
    }

    /// <summary>The values that the given ones are made from, themselves included; not beyond those that are there.</summary>
    public static HashSet<Value> Reach(IEnumerable<Value> roots, HashSet<Value>? there = null)
    {
        var found = new HashSet<Value>();
        var open = new Stack<Value>(roots);
        while (open.TryPop(out Value? value))
        {
            if (found.Add(value) && there?.Contains(value) != true)
            {
                foreach (Value source in value.Sources)
                    open.Push(source);
            }
        }

        return found;
    }

    /// <summary>Gives x, the states and the masks of a whole sequence their memory.</summary>
    private void AddLeaves(HashSet<Value> values)
    {
        _places[_translator.Of(_graph.Input)] = new Slot(SlotSpace.Input, 0, Width(_graph.Input));
        for (int i = 0; i < _graph.States.Count; i++)
            _places[_translator.Of(_graph.States[i].Previous)] = new Slot(SlotSpace.StatePrevious, i, Width(_graph.States[i].Previous));
        foreach (Value mask in values.Where(v => v.Op == OpCode.FillMask && v.Origin!.MaskKind == MaskKind.DropoutOfSequence).OrderBy(v => v.Id))
        {
            _places[mask] = new Slot(SlotSpace.Mask, _masks.Count, mask.Width);
            _masks.Add((mask.Origin!.Place, (float)mask.V, mask.Width));
        }
    }

    private BackwardRoots TranslateAdjoint()
    {
        Adjoint adjoint = Adjoint.Of(_graph);
        _translator.Uses = CountUses(
            [.. adjoint.PreviousGradients.OfType<Node>(), .. adjoint.InputGradient is null ? [] : new[] { adjoint.InputGradient },
            .. adjoint.ParameterGradients.Select(p => p.Term)]);
        _places[_translator.Of(adjoint.OutputGradient)] = new Slot(SlotSpace.OutputGradient, 0, _output.Width);
        for (int i = 0; i < adjoint.NextGradients.Count; i++)
            _places[_translator.Of(adjoint.NextGradients[i]).Inputs[0]] = new Slot(SlotSpace.CarryIncoming, i, Width(adjoint.NextGradients[i]));

        var weights = new List<(WeightReference Weights, Value Gradient, Value Operand)>();
        var parameters = new List<(int Parameter, Value Term)>();
        foreach (ParameterGradient gradient in adjoint.ParameterGradients)
            AddParameterGradient(gradient, gradient.Term);

        Value zero = _translator.Of(new GraphBuilder().Constant(0));
        return new BackwardRoots(
            [.. adjoint.PreviousGradients.Select(p => p is null ? zero : _translator.OfOutput(p))],
            adjoint.InputGradient is null ? zero : _translator.OfOutput(adjoint.InputGradient),
            weights, parameters, [.. adjoint.NextGradients.Select(g => _translator.Of(g).Inputs[0])]);

        void AddParameterGradient(ParameterGradient gradient, Node term)
        {
            int index = _graph.Parameters.ToList().IndexOf(gradient.Parameter);
            Node node = gradient.Parameter.Node;
            if (term.Operation == Operation.Outer)
            {
                int columns = term.Shape[1].Resolve(_sizes);
                weights.Add((
                    new WeightReference(index, term.Shape[0].Resolve(_sizes), gradient.ColumnOffset?.Resolve(_sizes) ?? 0, columns,
                        node.Shape[1].Resolve(_sizes), false),
                    _translator.Of(term.Inputs[0]), _translator.Of(term.Inputs[1])));
            }
            else if (term.Operation == Operation.Add && node.IsMatrix)
            {
                AddParameterGradient(gradient, term.Inputs[0]);
                AddParameterGradient(gradient, term.Inputs[1]);
            }
            else
            {
                parameters.Add((index, _translator.Of(term)));
            }
        }
    }

    /// <summary>Forward values that the backward pass looks at directly.</summary>
    private static HashSet<Value> NeededByBackward(BackwardRoots backward, HashSet<Value> forwardValues)
    {
        var needed = new HashSet<Value>();
        var seen = new HashSet<Value>();
        var open = new Stack<Value>(backward.All);
        while (open.TryPop(out Value? value))
        {
            if (!seen.Add(value))
                continue;
            if (forwardValues.Contains(value))
            {
                needed.Add(value);
                continue;
            }

            foreach (Value source in value.Sources)
                open.Push(source);
        }

        return needed;
    }

    /// <summary>Builds the forward pass. What is made of a sum takes its place unless that is still read afterwards.</summary>
    private SchedulePass BuildForward(HashSet<Value> values, HashSet<Value> needed)
    {
        var disputed = new HashSet<Value>();
        while (true)
        {
            ScheduleContext context = _context.Copy();
            List<Root> roots = [.. _next.Select((value, i) => new Root(value, new Slot(SlotSpace.StateNext, i, Width(_graph.States[i].Previous))))];
            if (_outputState < 0)
                roots.Add(new Root(_output, new Slot(SlotSpace.Output, 0, _output.Width)));
            var keeping = new Keeping(context, values, needed, disputed, roots);
            keeping.PlaceSums(_translator.Of(_graph.Input));
            keeping.PlaceResults(spare: _graph.States.Sum(s => Width(s.Previous)));

            var available = new Dictionary<Value, Slot>(_places);
            IEnumerable<Value> carries = _graph.States.Select(s => _translator.Of(s.Previous));
            var builder = new PassBuilder(context, available, roots, carries, _next);
            SchedulePass pass = builder.Build();
            List<Value> late = [.. keeping.PlaceOfSum.Where(s => roots.Exists(r => r.Slot == s.Value && r.Value != s.Key
                && builder.StoredAt[r.Value] < builder.LastRead.GetValueOrDefault(s.Key))).Select(s => s.Key)];
            if (late.Count == 0)
            {
                _context.TakeOver(context);
                _placeOfSum = keeping.PlaceOfSum;
                KeepForBackward(values, roots, available);
                return pass;
            }

            disputed.UnionWith(late);
        }
    }

    /// <summary>What of the forward pass lies in memory when the backward pass comes to a step.</summary>
    private void KeepForBackward(HashSet<Value> forwardValues, List<Root> roots, Dictionary<Value, Slot> available)
    {
        foreach (Root root in roots.Where(r => !r.Accumulate && r.Slot.Space is SlotSpace.Kept or SlotSpace.StateNext or SlotSpace.Output))
            _places.TryAdd(root.Value, root.Slot);
        foreach ((Value value, Slot slot) in available)
        {
            bool isReplaced = roots.Exists(r => r.Value != value && r.Slot == slot);
            if (forwardValues.Contains(value) && slot.Space == SlotSpace.Kept && !isReplaced)
                _places.TryAdd(value, slot);
        }
    }

    /// <summary>
    /// Builds the backward pass. A gradient of a sum takes the sum's place unless that is still read afterwards; those that cannot get memory of their own.
    /// </summary>
    private BackwardPass BuildBackward(BackwardRoots backward)
    {
        var displaced = new HashSet<Value>();
        while (true)
        {
            var context = _context.Copy();
            var roots = new List<Root>();
            for (int i = 0; i < _next.Length; i++)
                AddOutput(backward.Previous[i], new Slot(SlotSpace.CarryOutgoing, i, Width(_graph.States[i].Previous)));
            AddOutput(backward.Input, new Slot(SlotSpace.InputGradient, 0, Width(_graph.Input)));
            HashSet<Slot> operands = [.. backward.Weights.Select(w => _places[w.Operand])];
            var stored = new Dictionary<Value, Slot>();
            var taken = new HashSet<Slot>();
            foreach ((WeightReference weights, Value gradient, Value operand) in backward.Weights)
            {
                if (!stored.ContainsKey(gradient))
                    stored.Add(gradient, PlaceFor(gradient, weights, operand));
            }

            // A vector whose gradient is kept for the weights beside it is summed from there; the others are summed up in the loop.
            List<BiasGradientStep> biases = [];
            List<(int Parameter, int Width)> summed = [];
            foreach ((int parameter, Value term) in backward.Parameters)
            {
                if (stored.TryGetValue(term, out Slot? kept))
                {
                    biases.Add(new BiasGradientStep(kept, parameter));
                    continue;
                }

                roots.Add(new Root(term, new Slot(SlotSpace.ParameterGradient, summed.Count, term.Width), Accumulate: true));
                summed.Add((parameter, term.Width));
            }

            var available = new Dictionary<Value, Slot>(_places);
            var builder = new PassBuilder(context, available, roots, backward.Incoming, backward.Previous);
            SchedulePass pass = builder.Build();
            List<Value> bad = [.. stored.Where(s => Overwrites(builder, s.Key, s.Value)).Select(s => s.Key)];
            if (bad.Count == 0)
            {
                _context.TakeOver(context);
                return new BackwardPass(pass, [.. backward.Weights.Select(w => (w.Weights, stored[w.Gradient], _places[w.Operand]))], biases, summed);
            }

            displaced.UnionWith(bad);

            void AddOutput(Value value, Slot slot)
            {
                if (value.Kind == ValueKind.Accumulator)
                    context.Assign(value, slot);
                roots.Add(new Root(value, slot));
            }

            Slot PlaceFor(Value gradient, WeightReference weights, Value operand)
            {
                if (_places.TryGetValue(gradient, out Slot? place) && place.Space == SlotSpace.OutputGradient)
                    return place;
                Slot? own = SumOf(weights, operand);
                if (own is null || operands.Contains(own) || displaced.Contains(gradient) || !taken.Add(own))
                    own = context.Keep(gradient.Width, 1)[0];
                context.Assign(gradient, own);
                roots.Add(new Root(gradient, own));
                return own;
            }
        }
    }

    /// <summary>The place of the sum in which the given weights meet the given operand.</summary>
    private Slot? SumOf(WeightReference weights, Value operand) =>
        _placeOfSum.FirstOrDefault(s => s.Key.Terms.Any(t => t.Operand == operand && t.Weights == weights)).Value;

    /// <summary>Whether what lay in a slot before the backward pass is read after the given value was stored there.</summary>
    private bool Overwrites(PassBuilder builder, Value stored, Slot slot) =>
        builder.StoredAt.TryGetValue(stored, out int at)
        && _places.Any(p => p.Value == slot && p.Key != stored && builder.LastRead.TryGetValue(p.Key, out int read) && read > at);

    /// <summary>Gradients that lie side by side and share an operand become one product, and products of the same gradients one step.</summary>
    private static List<WeightGradientStep> Group(IReadOnlyList<(WeightReference Weights, Slot Gradient, Slot Operand)> gradients)
    {
        var products = new List<(Slot[] Gradients, WeightGradientOperand Operand)>();
        foreach (var operand in gradients.GroupBy(g => g.Operand))
        {
            var ordered = operand.OrderBy(g => g.Gradient.Group).ThenBy(g => g.Gradient.Index).ToList();
            foreach (var run in ScheduleContext.Runs(ordered, (a, b) => a.Gradient.IsFollowedBy(b.Gradient)))
                products.Add(([.. run.Select(r => r.Gradient)], new WeightGradientOperand(operand.Key, [.. run.Select(r => r.Weights)])));
        }

        return [.. products.GroupBy(p => (p.Gradients[0], p.Gradients.Length))
            .Select(same => new WeightGradientStep(same.First().Gradients, [.. same.Select(p => p.Operand)]))];
    }

    /// <summary>The backward pass, the gradients that are made after it, and the vectors whose gradients are summed in it.</summary>
    private sealed record BackwardPass(
        SchedulePass Pass, IReadOnlyList<(WeightReference Weights, Slot Gradient, Slot Operand)> Weights, IReadOnlyList<BiasGradientStep> Biases,
        IReadOnlyList<(int Parameter, int Width)> Parameters);

    /// <summary>What the backward pass must give.</summary>
    /// <param name="Previous">The gradient of each state's previous value.</param>
    /// <param name="Input">The gradient of x.</param>
    /// <param name="Weights">Weight matrices with the two values whose outer product is summed.</param>
    /// <param name="Parameters">Other parameters with the value that is summed.</param>
    /// <param name="Incoming">The leaves through which the step after speaks.</param>
    private sealed record BackwardRoots(
        IReadOnlyList<Value> Previous, Value Input, IReadOnlyList<(WeightReference Weights, Value Gradient, Value Operand)> Weights,
        IReadOnlyList<(int Parameter, Value Term)> Parameters, IReadOnlyList<Value> Incoming)
    {
        public IEnumerable<Value> All => Previous.Append(Input).Concat(Weights.SelectMany(w => new[] { w.Gradient, w.Operand }))
            .Concat(Parameters.Select(p => p.Term));
    }
}
