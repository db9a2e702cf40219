namespace Unfold.Cells.Schedule;

/// <summary>A value that a program must leave in memory.</summary>
/// <param name="Value">The value.</param>
/// <param name="Slot">Where it goes.</param>
/// <param name="Accumulate">Whether it is added to what is there.</param>
/// <param name="IsPartial">Whether something is added to the slot afterwards, so that it does not hold the value for long.</param>
internal sealed record Root(Value Value, Slot Slot, bool Accumulate = false, bool IsPartial = false);

/// <summary>
/// Builds one elementwise program: the instructions that its roots need, back to values that lie in memory, with as few tile buffers as their lifetimes
/// allow. A root is computed right into its slot; where that slot's old content is still read later in the program, it is stored at the end.
/// </summary>
internal sealed class ProgramBuilder(IReadOnlyDictionary<Value, Slot> available, Func<Value, int> vectorOf)
{
    private readonly List<Draft> _drafts = [];
    private readonly Dictionary<Value, Place> _places = [];
    private readonly Dictionary<Value, Slot> _targets = [];
    private readonly HashSet<Value> _read = [];
    private readonly List<Root> _sums = [];

    private enum PlaceKind
    {
        Slot,
        Vector,
        Register,
    }

    /// <summary>Values that are read from memory.</summary>
    public IReadOnlyCollection<Value> Read => _read;

    public ProgramStep Build(int width, IReadOnlyList<Root> roots)
    {
        foreach (Root root in roots)
        {
            if (!root.Accumulate && !root.IsPartial && root.Value.Kind == ValueKind.Elementwise && !available.ContainsKey(root.Value))
                _targets.TryAdd(root.Value, root.Slot);
        }

        _sums.AddRange(roots.Where(r => r.Slot.Space == SlotSpace.ParameterGradient));
        List<(Root Root, HashSet<Slot> Reads)> open = [.. roots.Where(r => r.Slot.Space != SlotSpace.ParameterGradient).Select(r => (r, SlotsOf(r.Value)))];
        while (open.Count > 0)
        {
            // What others still read is overwritten last.
            int next = Math.Max(0, open.FindIndex(o => !open.Exists(other => other.Root != o.Root && other.Reads.Contains(o.Root.Slot))));
            EmitRoot(open[next].Root);
            open.RemoveAt(next);
        }

        _sums.ForEach(EmitRoot);
        StorePartialsDirectly();
        RescueOverwritten();
        return Allocate(width);
    }

    /// <summary>
    /// Adds to the sums over time that can be added to. It is done before a result is written, which may lie where a sum still reads, and not at the end, since
    /// buffers that wait make tiles short.
    /// </summary>
    private void EmitReadySums()
    {
        List<Root> ready = [.. _sums.Where(s => IsFused(s) ? s.Value.Inputs.All(IsThere) : IsThere(s.Value))];
        _sums.RemoveAll(ready.Contains);
        ready.ForEach(EmitRoot);
    }

    /// <summary>Where a value is made from before the program.</summary>
    private HashSet<Slot> SlotsOf(Value value)
    {
        var slots = new HashSet<Slot>();
        var seen = new HashSet<Value>();
        var open = new Stack<Value>([value]);
        while (open.TryPop(out Value? next))
        {
            if (!seen.Add(next))
                continue;
            if (available.TryGetValue(next, out Slot? slot))
            {
                slots.Add(slot);
                continue;
            }

            foreach (Value input in next.Inputs)
                open.Push(input);
        }

        return slots;
    }

    private bool IsThere(Value value) => value.Kind == ValueKind.Vector || _places.ContainsKey(value) || available.ContainsKey(value);

    /// <summary>Whether the product that is added needs no place of its own.</summary>
    private bool IsFused(Root root) =>
        root.Accumulate && root.Value is { Kind: ValueKind.Elementwise, Op: OpCode.Multiply } && !IsThere(root.Value);

    private void EmitRoot(Root root)
    {
        if (IsFused(root))
        {
            Place a = Emit(root.Value.Inputs[0]), b = Emit(root.Value.Inputs[1]);
            _drafts.Add(new Draft(OpCode.MultiplyAccumulate, new Place(PlaceKind.Slot, root.Slot), [a, b], root.Value));
            return;
        }

        Place source = Emit(root.Value);
        if (source.Kind == PlaceKind.Slot && source.Slot == root.Slot && !root.Accumulate)
            return;
        _drafts.Add(new Draft(root.Accumulate ? OpCode.Accumulate : OpCode.Copy, new Place(PlaceKind.Slot, root.Slot), [source], root.Value));
    }

    private Place Emit(Value value)
    {
        if (_places.TryGetValue(value, out Place? place))
            return place;
        if (available.TryGetValue(value, out Slot? slot))
        {
            _read.Add(value);
            place = new Place(PlaceKind.Slot, slot) { IsOld = true };
        }
        else if (value.Kind == ValueKind.Vector)
        {
            place = new Place(PlaceKind.Vector, null) { Index = vectorOf(value) };
        }
        else if (value is { Kind: ValueKind.Elementwise, Op: OpCode.Copy } && !_targets.ContainsKey(value))
        {
            place = Emit(value.Inputs[0]);
        }
        else if (value.Kind == ValueKind.Elementwise)
        {
            Place[] inputs = [.. value.Inputs.Select(Emit)];
            if (_targets.ContainsKey(value))
                EmitReadySums();
            place = _targets.TryGetValue(value, out Slot? target)
                ? new Place(PlaceKind.Slot, target)
                : new Place(PlaceKind.Register, null) { IsRow = value.IsRow };
            _drafts.Add(new Draft(value.Op, place, inputs, value));
        }
        else
        {
            throw new InvalidOperationException($"The schedule needs {value.Kind} {value.Origin} before it is made.");
        }

        _places.Add(value, place);
        return place;
    }

    /// <summary>A partial sum that nobody else reads is computed right into its slot.</summary>
    private void StorePartialsDirectly()
    {
        for (int i = 0; i < _drafts.Count; i++)
        {
            Draft copy = _drafts[i];
            if (copy.Op != OpCode.Copy || copy.Inputs[0].Kind != PlaceKind.Register || _drafts.Count(d => d.Inputs.Contains(copy.Inputs[0])) != 1)
                continue;
            int source = _drafts.FindIndex(d => d.Destination == copy.Inputs[0]);
            _drafts[source] = _drafts[source] with { Destination = copy.Destination };
            _drafts.RemoveAt(i--);
        }
    }

    /// <summary>Where a result goes to a slot whose old content a later instruction still reads, it is made after that, or it waits in a tile buffer.</summary>
    private void RescueOverwritten()
    {
        var copies = new List<Draft>();
        for (int i = 0; i < _drafts.Count; i++)
        {
            Draft draft = _drafts[i];
            if (draft.Destination.Kind != PlaceKind.Slot || draft.Op is OpCode.Accumulate or OpCode.MultiplyAccumulate)
                continue;
            int last = _drafts.FindLastIndex(d => d.Inputs.Any(p => p.IsOld && p.Slot == draft.Destination.Slot));
            if (last <= i)
                continue;
            if (CanWait(i, last))
            {
                _drafts.RemoveAt(i--);
                _drafts.Insert(last, draft);
                continue;
            }

            var register = new Place(PlaceKind.Register, null) { IsRow = draft.Value.IsRow };
            Place destination = draft.Destination;
            for (int j = i; j < _drafts.Count; j++)
                _drafts[j] = _drafts[j].Replace(destination, register);
            copies.Add(new Draft(OpCode.Copy, destination, [register], draft.Value));
        }

        _drafts.AddRange(copies);
    }

    /// <summary>Whether an instruction may be executed after a later one: none up to there reads or writes what it writes, or writes what it reads.</summary>
    private bool CanWait(int at, int last)
    {
        Draft draft = _drafts[at];
        return _drafts.GetRange(at + 1, last - at).TrueForAll(d => !d.Inputs.Contains(draft.Destination)
            && (d.Destination.Kind != PlaceKind.Slot || draft.Places.All(p => p.Slot != d.Destination.Slot)));
    }

    private ProgramStep Allocate(int width)
    {
        List<Slot> slots = [.. _drafts.SelectMany(d => d.Places).Where(p => p.Kind == PlaceKind.Slot).Select(p => p.Slot!).Distinct()];
        List<int> vectors = [.. _drafts.SelectMany(d => d.Inputs).Where(p => p.Kind == PlaceKind.Vector).Select(p => p.Index).Distinct()];
        var lastUse = new Dictionary<Place, int>();
        for (int i = 0; i < _drafts.Count; i++)
        {
            foreach (Place place in _drafts[i].Places.Where(p => p.Kind == PlaceKind.Register))
                lastUse[place] = i;
        }

        var full = new RegisterFile();
        var row = new RegisterFile();
        for (int i = 0; i < _drafts.Count; i++)
        {
            // Inputs whose life ends here are freed first: an instruction may write over its own operand.
            foreach (Place place in _drafts[i].Inputs.Distinct().Where(p => p.Kind == PlaceKind.Register && lastUse[p] == i))
            {
                if (IsSafeInPlace(_drafts[i]))
                    (place.IsRow ? row : full).Free(place.Index);
            }

            Place destination = _drafts[i].Destination;
            if (destination.Kind == PlaceKind.Register && destination.Index < 0)
                destination.Index = (destination.IsRow ? row : full).Take();
            if (!IsSafeInPlace(_drafts[i]))
            {
                foreach (Place place in _drafts[i].Inputs.Distinct().Where(p => p.Kind == PlaceKind.Register && lastUse[p] == i))
                    (place.IsRow ? row : full).Free(place.Index);
            }
        }

        short Number(Place? p) => p is null ? (short)-1 : (short)(p.Kind switch
        {
            PlaceKind.Slot => slots.IndexOf(p.Slot!),
            PlaceKind.Vector => slots.Count + vectors.IndexOf(p.Index),
            _ => slots.Count + vectors.Count + (p.IsRow ? full.Count : 0) + p.Index,
        });

        Instruction[] instructions = [.. _drafts.Select(d => new Instruction(
            d.Op, Number(d.Destination), Number(d.Inputs.ElementAtOrDefault(0)), Number(d.Inputs.ElementAtOrDefault(1)),
            Number(d.Inputs.ElementAtOrDefault(2)), Number(d.Inputs.ElementAtOrDefault(3)), (float)d.Value.V, (float)d.Value.W,
            IsRow(d), d.Value.Origin?.Place ?? 0, d.Value.Origin?.MaskKind == Graph.MaskKind.ZoneoutOfStep))];
        bool IsRow(Draft d) =>
            d.Destination.Kind == PlaceKind.Register ? d.Destination.IsRow : d.Value.IsRow && d.Destination.Slot!.Width != width;

        return new ProgramStep(width, slots, vectors, full.Count, row.Count, instructions);
    }

    /// <summary>Instructions that change between whole rows and one number a row have operands of different lengths.</summary>
    private static bool IsSafeInPlace(Draft draft) =>
        draft.Op is not (OpCode.Broadcast or OpCode.Sum or OpCode.Dot or OpCode.Mean or OpCode.RowMaximum or OpCode.InverseDeviation);

    private sealed class Place(PlaceKind kind, Slot? slot)
    {
        public PlaceKind Kind { get; } = kind;

        public Slot? Slot { get; } = slot;

        public int Index { get; set; } = -1;

        public bool IsRow { get; init; }

        /// <summary>A slot's content from before the program.</summary>
        public bool IsOld { get; init; }
    }

    private sealed record Draft(OpCode Op, Place Destination, Place[] Inputs, Value Value)
    {
        public IEnumerable<Place> Places => Inputs.Append(Destination);

        public Draft Replace(Place old, Place replacement) => this with
        {
            Destination = Destination == old ? replacement : Destination,
            Inputs = [.. Inputs.Select(p => p == old ? replacement : p)],
        };
    }

    private sealed class RegisterFile
    {
        private readonly Stack<int> _free = [];

        public int Count { get; private set; }

        public int Take() => _free.TryPop(out int index) ? index : Count++;

        public void Free(int index) => _free.Push(index);
    }
}
