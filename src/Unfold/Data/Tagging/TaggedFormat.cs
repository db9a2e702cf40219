using System.Globalization;

namespace Unfold.Data.Tagging;

/// <summary>How a file of tagged sentences is to be read: CoNLL-U or plain columns, which columns are inputs, and which is the label.</summary>
public sealed record TaggedFormat
{
    /// <summary>The columns of CoNLL-U, by their names.</summary>
    private static readonly string[] Names = ["id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc"];

    private const int Form = 2, UniversalTag = 4, MostColumns = 1000;

    /// <summary>Whether files are CoNLL-U; else each line is a token, its columns between spaces or tabs, and an empty line ends a sentence.</summary>
    public required bool IsConllu { get; init; }

    /// <summary>The numbers of the input columns, from 1, the words' first; null for all but the label's, in their order.</summary>
    public IReadOnlyList<int>? Inputs { get; init; }

    /// <summary>The number of the label's column, from 1; null for the last.</summary>
    public int? Label { get; init; }

    /// <summary>The format for a file, by its ending: <c>.conllu</c>, of which the words are read and the universal tags are the labels; or else columns, of which the last is the label.</summary>
    /// <param name="path">The file.</param>
    /// <param name="inputs">Other input columns: numbers from 1, of CoNLL-U names too, as in <c>form,xpos</c>; null for the usual ones.</param>
    /// <param name="label">Another label column; null for the usual one.</param>
    /// <exception cref="FormatException">A column has no such name or number, stands twice, or there is none.</exception>
    public static TaggedFormat For(string path, string? inputs = null, string? label = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        bool isConllu = path.EndsWith(".conllu", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".conll-u", StringComparison.OrdinalIgnoreCase);
        int[]? columns = inputs is null ? (isConllu ? [Form] : null) : [.. inputs.Split(',').Select(name => Column(name.Trim(), isConllu))];
        int? last = label is null ? (isConllu ? UniversalTag : null) : Column(label.Trim(), isConllu);
        if (columns is not null && columns.Distinct().Count() < columns.Length)
            throw new FormatException($"the columns '{inputs}' name one of them twice");
        if (columns is not null && last is int own && columns.Contains(own))
            throw new FormatException($"the label's column {Name(own, isConllu)} cannot be an input too");
        return new TaggedFormat { IsConllu = isConllu, Inputs = columns, Label = last };
    }

    /// <summary>The format with all columns as numbers, for files of so many columns.</summary>
    /// <param name="count">The columns of a labelled file.</param>
    internal TaggedFormat Resolve(int count)
    {
        int label = Label ?? count;
        return this with { Label = label, Inputs = Inputs ?? [.. Enumerable.Range(1, count).Where(column => column != label)] };
    }

    /// <summary>What a column is called when speaking to people.</summary>
    internal static string Name(int column, bool isConllu) => isConllu && column <= Names.Length ? Names[column - 1].ToUpperInvariant() : column.ToString(CultureInfo.InvariantCulture);

    private static int Column(string text, bool isConllu)
    {
        int known = isConllu ? Array.FindIndex(Names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase)) : -1;
        if (known >= 0)
            return known + 1;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= (isConllu ? Names.Length : MostColumns))
            return number;
        throw new FormatException(isConllu
            ? $"'{text}' is no column of CoNLL-U: there are {string.Join(", ", Names)}, or the numbers 1 to {Names.Length}"
            : $"'{text}' is no column: they are numbers from 1");
    }
}
