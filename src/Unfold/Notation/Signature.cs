namespace Unfold.Notation;

/// <summary>What kind of value an argument is.</summary>
internal enum ArgumentKind
{
    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>Any number.</summary>
    Number,

    /// <summary>A whole number for each axis, joined by x, or one for all: <c>3x3</c>.</summary>
    Sizes,
}

/// <summary>A value that a name takes.</summary>
/// <param name="Name">Its name; before an option's value it is written.</param>
/// <param name="Kind">Its kind.</param>
/// <param name="Minimum">The least value.</param>
/// <param name="Maximum">The greatest.</param>
/// <param name="Optional">Whether it may be left out.</param>
internal sealed record Argument(string Name, ArgumentKind Kind, double Minimum, double Maximum, bool Optional = false);

/// <summary>How one name of a list is used: <c>conv KERNEL OUTPUTS [stride N] [same | causal] …</c>.</summary>
/// <param name="Name">The name.</param>
/// <param name="Positional">Values that follow without names, in this order.</param>
/// <param name="Options">Values that follow a name of theirs, in any order.</param>
/// <param name="Flags">Words that stand for themselves; of each group at most one.</param>
internal sealed record Signature(string Name, Argument[] Positional, Argument[] Options, string[][] Flags)
{
    /// <summary>Of a longer group of flags, such as the names of all cells, only the first are shown.</summary>
    private const int ShownFlags = 5;

    /// <summary>A name without arguments.</summary>
    internal Signature(string name)
        : this(name, [], [], [])
    {
    }

    /// <summary>The words that may follow the name.</summary>
    internal IEnumerable<string> Words => Options.Select(option => option.Name).Concat(Flags.SelectMany(group => group));

    /// <summary>As a person writes it.</summary>
    public override string ToString()
    {
        IEnumerable<string> parts = Positional.Select(value => value.Optional ? $"[{value.Name.ToUpperInvariant()}]" : value.Name.ToUpperInvariant())
            .Concat(Flags.Select(group => $"[{string.Join(" | ", group.Length > ShownFlags ? [.. group[..ShownFlags], "…"] : group)}]"))
            .Concat(Options.Select(option => $"[{option.Name} {(option.Kind == ArgumentKind.Number ? "X" : "N")}]"));
        return string.Join(' ', parts.Prepend(Name));
    }
}
