using Unfold.Cells.Graph;

namespace Unfold.Cells.Syntax;

/// <summary>A size that the text leaves open; the solver gives it a value once.</summary>
internal sealed class SizeVariable
{
    public SizeTerm? Value { get; set; }
}

/// <summary>
/// A size during inference: a constant, plus multiples of named sizes, plus multiples of unknown ones. Counts stop growing at <see cref="Limit"/>, where
/// every use is refused, so that repeated concatenation cannot overflow.
/// </summary>
internal sealed class SizeTerm
{
    /// <summary>The largest constant, and the largest multiple of a name, is one less.</summary>
    public const long Limit = 1L << 24;

    private readonly Dictionary<string, long> _names;
    private readonly Dictionary<SizeVariable, long> _unknowns;

    private SizeTerm(long constant, Dictionary<string, long> names, Dictionary<SizeVariable, long> unknowns)
    {
        Constant = constant;
        _names = names;
        _unknowns = unknowns;
    }

    public static SizeTerm Input { get; } = Named("C");

    public static SizeTerm Hidden { get; } = Named("H");

    public static SizeTerm Zero { get; } = Of(0);

    public long Constant { get; }

    public IReadOnlyDictionary<string, long> Names => _names;

    public IReadOnlyDictionary<SizeVariable, long> Unknowns => _unknowns;

    public bool IsKnown => _unknowns.Count == 0;

    public bool IsZero => Constant == 0 && _names.Count == 0 && _unknowns.Count == 0;

    public bool IsTooLarge => IsOver(Constant) || _names.Values.Any(IsOver) || _unknowns.Values.Any(IsOver);

    public static SizeTerm Of(long constant) => new(constant, [], []);

    public static SizeTerm Named(string name, long count = 1) => new(0, new Dictionary<string, long> { [name] = count }, []);

    public static SizeTerm Of(SizeVariable unknown) => new(0, [], new Dictionary<SizeVariable, long> { [unknown] = 1 });

    public static SizeTerm Unknown() => Of(new SizeVariable());

    /// <summary>This plus a multiple of another; entries that come to nothing disappear.</summary>
    public SizeTerm Plus(SizeTerm other, long times = 1)
    {
        var names = new Dictionary<string, long>(_names);
        foreach ((string name, long count) in other._names)
            Set(names, name, names.GetValueOrDefault(name) + count * times);
        var unknowns = new Dictionary<SizeVariable, long>(_unknowns);
        foreach ((SizeVariable unknown, long count) in other._unknowns)
            Set(unknowns, unknown, unknowns.GetValueOrDefault(unknown) + count * times);
        return new SizeTerm(Bounded(Constant + other.Constant * times), names, unknowns);
    }

    /// <summary>
    /// With the values put in that the solver has found. Values on the way are resolved for good, so that long chains of sizes cost no more than short
    /// ones; without recursion, since a text can make them thousands long.
    /// </summary>
    public SizeTerm Resolved()
    {
        if (!HasValues)
            return this;
        var open = new Stack<SizeVariable>(_unknowns.Keys.Where(u => u.Value is { HasValues: true }));
        while (open.TryPeek(out SizeVariable? top))
        {
            int waiting = open.Count;
            foreach (SizeVariable unknown in top.Value!._unknowns.Keys)
            {
                if (unknown.Value is { HasValues: true })
                    open.Push(unknown);
            }

            if (open.Count == waiting)
                open.Pop().Value = top.Value.Substituted();
        }

        return Substituted();
    }

    private bool HasValues => _unknowns.Keys.Any(u => u.Value is not null);

    private SizeTerm Substituted()
    {
        if (Constant == 0 && _names.Count == 0 && _unknowns.Count == 1 && _unknowns.First() is (SizeVariable only, 1))
            return only.Value ?? this;
        SizeTerm sum = new(Constant, _names, []);
        foreach ((SizeVariable unknown, long count) in _unknowns)
            sum = sum.Plus(unknown.Value ?? Of(unknown), count);
        return sum;
    }

    /// <summary>With one named size put for another.</summary>
    public SizeTerm Renamed(string from, string to) =>
        _names.TryGetValue(from, out long count) ? Plus(Named(from), -count).Plus(Named(to), count) : this;

    public bool SameAs(SizeTerm other) => Plus(other, -1).IsZero;

    public Dimension ToDimension()
    {
        Dimension sum = Dimension.Of((int)Constant);
        foreach ((string name, long count) in _names.OrderBy(n => n.Key))
            sum += Dimension.Named(name, (int)count);
        return sum;
    }

    /// <summary>As the graph prints it, with <c>?</c> for what is not known.</summary>
    public override string ToString()
    {
        SizeTerm term = Resolved();
        if (term.IsKnown)
            return term.ToDimension().ToString();
        SizeTerm known = new(term.Constant, term._names, []);
        return known.IsZero ? "?" : $"{known} + ?";
    }

    private static void Set<TKey>(Dictionary<TKey, long> counts, TKey key, long value)
        where TKey : notnull
    {
        if (value == 0)
            counts.Remove(key);
        else
            counts[key] = Bounded(value);
    }

    private static bool IsOver(long count) => Math.Abs(count) >= Limit;

    private static long Bounded(long value) => Math.Clamp(value, -Limit, Limit);
}
