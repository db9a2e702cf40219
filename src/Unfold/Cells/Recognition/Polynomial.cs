using System.Globalization;

namespace Unfold.Cells.Recognition;

/// <summary>
/// A value as a sum of products of atoms with number coefficients, in one normal form: equal sums have equal <see cref="Key"/>s, however they were
/// bracketed and ordered. Atoms are what arithmetic does not look into: leaves, calls, products with a matrix.
/// </summary>
internal sealed class Polynomial
{
    /// <summary>More terms than any cell that has a name; what grows beyond is not one.</summary>
    private const int MaximumTerms = 64;

    /// <summary>Longer than any such cell's; nested values repeat their parts' keys.</summary>
    private const int MaximumKey = 20_000;

    private readonly SortedDictionary<string, Term> _terms;

    private Polynomial(SortedDictionary<string, Term> terms)
    {
        _terms = terms;
        Key = string.Join(" + ", terms.Values.Select(t => $"{t.Coefficient.ToString("R", CultureInfo.InvariantCulture)}*{t.Key}"));
        if (Key.Length > MaximumKey)
            throw new TooLargeException();
    }

    /// <summary>The normal form.</summary>
    public string Key { get; }

    /// <summary>The terms, in the order of their keys.</summary>
    public IEnumerable<Term> Terms => _terms.Values;

    public static Polynomial Of(double constant) => Of([new Term(constant, [])]);

    public static Polynomial Of(Atom atom) => Of([new Term(1, [atom])]);

    /// <summary>The value as a single atom, or null.</summary>
    public Atom? SingleAtom => _terms.Count == 1 && _terms.Values.First() is { Coefficient: 1, Atoms: [Atom atom] } ? atom : null;

    public static Polynomial operator +(Polynomial left, Polynomial right) => Of(left.Terms.Concat(right.Terms));

    public static Polynomial operator -(Polynomial left, Polynomial right) => left + (-right);

    public static Polynomial operator -(Polynomial value) => value.Scaled(-1);

    public static Polynomial operator *(Polynomial left, Polynomial right) =>
        left._terms.Count * right._terms.Count > MaximumTerms
            ? throw new TooLargeException()
            : Of(left.Terms.SelectMany(a => right.Terms.Select(b => new Term(
                a.Coefficient * b.Coefficient, [.. a.Atoms.Concat(b.Atoms).OrderBy(atom => atom.Key, StringComparer.Ordinal)]))));

    public Polynomial Scaled(double factor) => Of(Terms.Select(t => t with { Coefficient = t.Coefficient * factor }));

    private static Polynomial Of(IEnumerable<Term> terms)
    {
        var sum = new SortedDictionary<string, Term>(StringComparer.Ordinal);
        foreach (Term term in terms)
        {
            double coefficient = term.Coefficient + (sum.TryGetValue(term.Key, out Term? known) ? known.Coefficient : 0);
            if (coefficient == 0)
                sum.Remove(term.Key);
            else
                sum[term.Key] = term with { Coefficient = coefficient };
        }

        return sum.Count > MaximumTerms ? throw new TooLargeException() : new Polynomial(sum);
    }
}

/// <summary>A number times a product of atoms, sorted by their keys.</summary>
internal sealed record Term(double Coefficient, IReadOnlyList<Atom> Atoms)
{
    public string Key { get; } = string.Join("*", Atoms.Select(a => a.Key));
}

/// <summary>A value that arithmetic does not look into.</summary>
/// <param name="Key">Equal for equal values.</param>
/// <param name="Node">A node that has this value.</param>
/// <param name="Argument">What stands inside a function, or what a matrix is multiplied with.</param>
internal sealed record Atom(string Key, Graph.Node? Node, Polynomial? Argument);

/// <summary>The graph is larger than any cell that has a name.</summary>
internal sealed class TooLargeException : Exception;
