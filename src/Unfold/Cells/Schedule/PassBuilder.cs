namespace Unfold.Cells.Schedule;

/// <summary>
/// Orders one direction of a cell: which products leave the loop, and in the loop which products come first, which elementwise program follows, and so
/// on. A value's level is how many products lie one behind the other before it.
/// </summary>
internal sealed class PassBuilder
{
    private const int Before = 0;
    private const int Loop = 1;
    private const int After = 2;

    private readonly ScheduleContext _context;
    private readonly Dictionary<Value, Slot> _available;
    private readonly List<Root> _roots;
    private readonly HashSet<Value> _given;
    private readonly HashSet<Value> _carries;
    private readonly HashSet<Value> _next;
    private readonly HashSet<Value> _feedsNext;
    private readonly Dictionary<Value, bool> _dependsOnCarry = [];
    private readonly Dictionary<(Value, int), int> _levels = [];
    private readonly Dictionary<Value, int> _phases = [];
    private readonly Dictionary<Value, bool> _endsWithStep = [];
    private readonly HashSet<Value> _usedAfter = []; // what elementwise values after the loop read
    private readonly HashSet<Slot> _begun = []; // where a part of a sum is stored, so that the next is added

    /// <param name="context">Slots, vectors and weights shared by both directions.</param>
    /// <param name="available">Values that lie in memory when a step begins; accumulators and stored values are added.</param>
    /// <param name="roots">What must be left in memory.</param>
    /// <param name="carries">The leaves that the step before produced.</param>
    /// <param name="next">The values that the next step needs.</param>
    public PassBuilder(ScheduleContext context, Dictionary<Value, Slot> available, List<Root> roots, IEnumerable<Value> carries, IEnumerable<Value> next)
    {
        _context = context;
        _available = available;
        _roots = roots;
        _given = [.. available.Keys];
        _carries = [.. carries];
        _next = [.. next];
        _feedsNext = Ancestors(_next);
    }

    /// <summary>For each value read from memory, the order number of the last step that does; for each root, that of the step that stores it.</summary>
    public Dictionary<Value, int> LastRead { get; } = [];

    public Dictionary<Value, int> StoredAt { get; } = [];

    public SchedulePass Build()
    {
        _usedAfter.UnionWith(AllValues().Where(v => v.Kind == ValueKind.Elementwise && !IsGiven(v) && PhaseOf(v) == After).SelectMany(v => v.Inputs));
        AddOperandRoots();
        ShareBetweenPrograms();
        int order = 0;
        List<Step> before = BuildPhase(Before, ref order);
        List<Step> loop = BuildPhase(Loop, ref order);
        List<Step> after = BuildPhase(After, ref order);
        return new SchedulePass(before, loop, after);
    }

    /// <summary>All values that the given ones are computed from, themselves included, back to what is available.</summary>
    private HashSet<Value> Ancestors(IEnumerable<Value> values)
    {
        var found = new HashSet<Value>();
        var open = new Stack<Value>(values);
        while (open.TryPop(out Value? value))
        {
            if (found.Add(value) && !IsGiven(value))
            {
                foreach (Value source in value.Sources)
                    open.Push(source);
            }
        }

        return found;
    }

    /// <summary>Whether a value lies in memory before this direction starts its step.</summary>
    private bool IsGiven(Value value) => value.Kind == ValueKind.Leaf || _given.Contains(value);

    private bool DependsOnCarry(Value value)
    {
        if (_dependsOnCarry.TryGetValue(value, out bool known))
            return known;
        bool depends = _carries.Contains(value) || (!IsGiven(value) && value.Sources.Any(DependsOnCarry));
        _dependsOnCarry.Add(value, depends);
        return depends;
    }

    /// <summary>When a product term is executed: with the part of a sum that depends on x alone before the loop, else with the sum.</summary>
    private int PhaseOfTerm(Value accumulator, ProductTerm term) =>
        accumulator.Initial.Count == 0 && !_next.Contains(accumulator) && !DependsOnCarry(term.Operand) ? Before : PhaseOfHeavy(accumulator);

    private int PhaseOfHeavy(Value value) =>
        _next.Contains(value) ? Loop
        : !DependsOnCarry(value) && value.Initial.Count == 0 ? Before
        : _feedsNext.Contains(value) ? Loop : After;

    /// <summary>Whether something of a sum exists for all steps at once, so that it needs memory for all steps.</summary>
    private bool SpansSteps(Value value) =>
        PhaseOfHeavy(value) != Loop || value.Terms.Any(t => PhaseOfTerm(value, t) != Loop) || _usedAfter.Contains(value);

    /// <summary>Whether a value of the loop cannot be made again after it, since what it is made from lies in memory for its own step alone.</summary>
    private bool EndsWithStep(Value value)
    {
        if (_endsWithStep.TryGetValue(value, out bool known))
            return known;
        bool ends = value.Kind switch
        {
            ValueKind.Elementwise => !_available.ContainsKey(value) && value.Inputs.Any(EndsWithStep),
            ValueKind.Leaf => _available[value].Space == SlotSpace.CarryIncoming,
            ValueKind.Accumulator or ValueKind.Coupling => !IsGiven(value) && !SpansSteps(value),
            _ => false,
        };
        _endsWithStep.Add(value, ends);
        return ends;
    }

    private int PhaseOf(Value value)
    {
        if (IsGiven(value) || value.Kind == ValueKind.Vector)
            return Before;
        if (value.Kind is ValueKind.Accumulator or ValueKind.Coupling)
            return PhaseOfHeavy(value);
        if (!_phases.TryGetValue(value, out int phase))
            _phases.Add(value, phase = value.Inputs.Select(PhaseOf).Append(DependsOnCarry(value) ? Loop : Before).Max());
        return phase;
    }

    /// <summary>How many products of this phase lie before a value.</summary>
    private int Level(Value value, int phase)
    {
        if (IsGiven(value) || value.Kind == ValueKind.Vector || _carries.Contains(value))
            return 0;
        if (_levels.TryGetValue((value, phase), out int level))
            return level;
        if (value.Kind is ValueKind.Accumulator or ValueKind.Coupling)
        {
            if (PhaseOfHeavy(value) == phase)
            {
                IEnumerable<Value> sources = value.Kind == ValueKind.Coupling
                    ? value.Inputs
                    : value.Terms.Where(t => PhaseOfTerm(value, t) == phase).Select(t => t.Operand).Concat(value.Initial);
                level = 1 + sources.Select(s => Level(s, phase)).DefaultIfEmpty(0).Max();
            }
        }
        else
        {
            level = value.Inputs.Select(i => Level(i, phase) + (CrossesWidth(i, value) ? 1 : 0)).DefaultIfEmpty(0).Max();
        }

        _levels[(value, phase)] = level;
        return level;
    }

    /// <summary>A row's number that was reduced from rows of another width than those it is used with must be stored between two programs.</summary>
    private static bool CrossesWidth(Value input, Value user) =>
        input.IsRow && input.Kind != ValueKind.Vector && input.HomeWidth != user.HomeWidth && input.HomeWidth != 0;

    private IEnumerable<Value> AllValues() => Ancestors(_roots.Select(r => r.Value));

    /// <summary>Operands of products and of couplings, and numbers that cross between widths, must lie in memory.</summary>
    private void AddOperandRoots()
    {
        var pending = new Queue<Value>(AllValues().OrderBy(v => v.Id));
        while (pending.TryDequeue(out Value? value))
        {
            if (IsGiven(value))
                continue;
            switch (value.Kind)
            {
                case ValueKind.Accumulator:
                    _available.TryAdd(value, _context.SlotFor(value, SpansSteps(value)));
                    foreach (ProductTerm term in value.Terms)
                        Store(term.Operand);
                    _roots.AddRange(value.Initial.Select(part => new Root(part, _available[value], IsPartial: true)));
                    break;
                case ValueKind.Coupling:
                    _available.TryAdd(value, _context.SlotFor(value, SpansSteps(value)));
                    foreach (Value input in value.Inputs)
                        Store(input);
                    break;
                case ValueKind.Elementwise:
                    foreach (Value input in value.Inputs.Where(i => CrossesWidth(i, value) || (PhaseOf(value) == After && EndsWithStep(i))))
                        Store(input);
                    break;
            }
        }

        void Store(Value value)
        {
            if (_available.ContainsKey(value) || IsGiven(value) || value.Kind is ValueKind.Accumulator or ValueKind.Coupling
                || _roots.Exists(r => r.Value == value && !r.Accumulate && !r.IsPartial && r.Slot.Space != SlotSpace.CarryOutgoing))
                return;
            _roots.Add(new Root(value, _context.SlotFor(value, spansSteps: true)));
        }
    }

    /// <summary>What two programs of a phase would both compute, and is not cheap, is stored by the first: beside the loop for all steps, since each program runs for all of them.</summary>
    private void ShareBetweenPrograms()
    {
        var users = new Dictionary<Value, HashSet<(int, int, int)>>();
        foreach (Root root in _roots)
        {
            (int, int, int) program = ProgramOf(root);
            foreach (Value value in ElementwiseClosure(root.Value))
            {
                if (!users.TryGetValue(value, out HashSet<(int, int, int)>? set))
                    users.Add(value, set = []);
                set.Add(program);
            }
        }

        foreach ((Value value, HashSet<(int Phase, int Level, int Width)> programs) in users.OrderBy(u => u.Key.Id))
        {
            bool stored = _roots.Exists(r => r.Value == value && !r.Accumulate && !r.IsPartial);
            if (!value.IsCheap && !stored && programs.Count > 1 && programs.Select(p => p.Phase).Distinct().Count() == 1 && !value.IsRow)
                _roots.Add(new Root(value, programs.First().Phase == Loop ? _context.Temporary(value.Width) : _context.Keep(value.Width, 1)[0]));
        }

        HashSet<Value> ElementwiseClosure(Value root)
        {
            var closure = new HashSet<Value>();
            var open = new Stack<Value>([root]);
            while (open.TryPop(out Value? value))
            {
                if (value.Kind != ValueKind.Elementwise || _available.ContainsKey(value) || !closure.Add(value))
                    continue;
                foreach (Value input in value.Inputs)
                    open.Push(input);
            }

            return closure;
        }
    }

    private (int Phase, int Level, int Width) ProgramOf(Root root)
    {
        int phase = PhaseOf(root.Value);
        // What is handed to the next step has no memory for all steps: it is copied there in its own.
        bool isOperandBefore = phase == Before && FeedsBefore(root.Value) && root.Slot.Space != SlotSpace.CarryOutgoing;
        if (phase == Before && !isOperandBefore)
            phase = Loop;
        return (phase, Level(root.Value, phase), WidthClass(root));
    }

    private bool FeedsBefore(Value value) =>
        AllAccumulators().Any(a => a.Terms.Any(t => t.Operand == value && PhaseOfTerm(a, t) == Before));

    private IEnumerable<Value> AllAccumulators() => _available.Keys.Where(v => v.Kind == ValueKind.Accumulator && !IsGiven(v));

    private static int WidthClass(Root root) =>
        !root.Value.IsRow || root.Value.Kind == ValueKind.Vector ? root.Slot.Width : Math.Max(1, root.Value.HomeWidth);

    private List<Step> BuildPhase(int phase, ref int order)
    {
        var steps = new List<Step>();
        List<(Root Root, int Level, int Width)> roots =
            [.. _roots.Select(r => (r, ProgramOf(r))).Where(p => p.Item2.Phase == phase).Select(p => (p.r, p.Item2.Level, p.Item2.Width))];
        Value[] heavy = [.. _available.Keys.Where(v => v.Kind is ValueKind.Accumulator or ValueKind.Coupling && !IsGiven(v)).OrderBy(v => v.Id)];
        var terms = heavy.Where(v => v.Kind == ValueKind.Accumulator)
            .SelectMany(a => a.Terms.Select(t => (Accumulator: a, Term: t)).Where(p => PhaseOfTerm(p.Accumulator, p.Term) == phase)).ToList();
        Value[] couplings = [.. heavy.Where(v => v.Kind == ValueKind.Coupling && PhaseOfHeavy(v) == phase)];

        int last = roots.Select(r => r.Level).Concat(couplings.Select(c => Level(c, phase))).Concat(terms.Select(t => LevelOfTerm(t.Accumulator, phase)))
            .DefaultIfEmpty(-1).Max();
        for (int level = 0; level <= last; level++)
        {
            foreach (Value coupling in couplings.Where(c => Level(c, phase) == level))
            {
                steps.Add(_context.Couple(coupling, _available, coupling.Origin!.Offset?.Resolve(_context.Sizes) ?? 0));
                Note(coupling.Inputs, [], order++);
            }

            List<(Value Accumulator, ProductTerm Term)> here = [.. terms.Where(t => LevelOfTerm(t.Accumulator, phase) == level)];
            steps.AddRange(_context.Pack(here, _available, IsFirst));
            Note(here.Select(t => t.Term.Operand), [], order++);

            foreach (IGrouping<int, (Root Root, int Level, int Width)> group in roots.Where(r => r.Level == level).GroupBy(r => r.Width))
            {
                var builder = new ProgramBuilder(_available, _context.VectorOf);
                List<Root> own = [.. group.Select(g => g.Root.IsPartial ? g.Root with { Accumulate = !_begun.Add(g.Root.Slot) } : g.Root)];
                ProgramStep program = builder.Build(group.Key, own);
                if (program.Instructions.Length > 0)
                    steps.Add(program);
                Note(builder.Read, own.Select(r => r.Value), order++);
                // What is handed to the next step is gone at the one after: a copy for every step goes before.
                foreach (Root root in own.Where(r => !r.Accumulate && !r.IsPartial).OrderBy(r => r.Slot.Space == SlotSpace.CarryOutgoing))
                    _available.TryAdd(root.Value, root.Slot);
            }
        }

        return steps;
    }

    private int LevelOfTerm(Value accumulator, int phase)
    {
        if (PhaseOfHeavy(accumulator) == phase)
            return Level(accumulator, phase);
        // A product that leaves the loop although its sum does not: it runs as soon as its operands are there.
        return 1 + accumulator.Terms.Where(t => PhaseOfTerm(accumulator, t) == phase).Max(t => Level(t.Operand, phase));
    }

    /// <summary>Whether nothing has been put into an accumulator before this phase's products.</summary>
    private bool IsFirst(Value accumulator, ProductTerm term) =>
        accumulator.Initial.Count == 0
        && !accumulator.Terms.Any(t => t != term && PhaseOfTerm(accumulator, t) < PhaseOfTerm(accumulator, term));

    private void Note(IEnumerable<Value> read, IEnumerable<Value> stored, int order)
    {
        foreach (Value value in read)
            LastRead[value] = order;
        foreach (Value value in stored)
            StoredAt.TryAdd(value, order);
    }
}
