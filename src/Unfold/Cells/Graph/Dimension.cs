using System.Globalization;
using System.Text;

namespace Unfold.Cells.Graph;

/// <summary>
/// A size inside a cell: a constant plus a sum of named sizes (<c>C</c>, <c>H</c>, <c>m</c>), so that a concatenation <c>[h, x]</c> has size <c>H + C</c>.
/// Two dimensions are equal when their sums are.
/// </summary>
internal sealed class Dimension : IEquatable<Dimension>
{
    private readonly SortedDictionary<string, int> _terms;

    private Dimension(int constant, SortedDictionary<string, int> terms)
    {
        Constant = constant;
        _terms = terms;
    }

    /// <summary>The size of the input: C.</summary>
    public static Dimension Input { get; } = Named("C");

    /// <summary>The hidden size: H.</summary>
    public static Dimension Hidden { get; } = Named("H");

    /// <summary>The part of the sum that has no name.</summary>
    public int Constant { get; }

    /// <summary>The names in the sum, each with how often it occurs.</summary>
    public IReadOnlyDictionary<string, int> Terms => _terms;

    public static Dimension Named(string name) => Named(name, 1);

    public static Dimension Named(string name, int count) => new(0, new SortedDictionary<string, int>(StringComparer.Ordinal) { [name] = count });

    public static Dimension Of(int constant) => new(constant, new SortedDictionary<string, int>(StringComparer.Ordinal));

    public static Dimension operator +(Dimension left, Dimension right)
    {
        var terms = new SortedDictionary<string, int>(left._terms, StringComparer.Ordinal);
        foreach ((string name, int count) in right._terms)
            terms[name] = terms.GetValueOrDefault(name) + count;
        return new Dimension(checked(left.Constant + right.Constant), terms);
    }

    /// <summary>The number this stands for once every name has a value. A name without one is an error of the caller.</summary>
    public int Resolve(IReadOnlyDictionary<string, int> sizes)
    {
        int sum = Constant;
        foreach ((string name, int count) in _terms)
            sum = checked(sum + count * sizes[name]);
        return sum;
    }

    public bool Equals(Dimension? other) =>
        other is not null && Constant == other.Constant && _terms.SequenceEqual(other._terms);

    public override bool Equals(object? obj) => Equals(obj as Dimension);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Constant);
        foreach ((string name, int count) in _terms)
        {
            hash.Add(name, StringComparer.Ordinal);
            hash.Add(count);
        }

        return hash.ToHashCode();
    }

    /// <summary>As a person writes it: <c>H</c>, <c>C + H</c>, <c>2H + 1</c>.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach ((string name, int count) in _terms)
            text.Append(text.Length > 0 ? " + " : "").Append(count == 1 ? "" : count.ToString(CultureInfo.InvariantCulture)).Append(name);
        if (Constant != 0 || text.Length == 0)
            text.Append(text.Length > 0 ? " + " : "").Append(Constant);
        return text.ToString();
    }
}
