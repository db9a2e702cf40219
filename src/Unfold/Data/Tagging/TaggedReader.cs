using System.Globalization;

namespace Unfold.Data.Tagging;

/// <summary>Reads sentences one by one from lines, so that a stream of any length can be read. Every complaint names the file and the line.</summary>
internal sealed class TaggedReader
{
    private const int ConlluColumns = 10;
    private const string DocumentStart = "-DOCSTART-";

    private static readonly char[] Blanks = [' ', '\t'];

    private readonly TextReader _lines;
    private readonly string _name;
    private readonly bool _labelled;
    private TaggedFormat _format;
    private int _line, _columns, _columnsLine;

    /// <summary>Of lines.</summary>
    /// <param name="lines">What is read.</param>
    /// <param name="name">What it is called in complaints.</param>
    /// <param name="format">Which columns there are.</param>
    /// <param name="labelled">Whether each token must have a label; else labels are not read, and their column may be missing where it is the last.</param>
    internal TaggedReader(TextReader lines, string name, TaggedFormat format, bool labelled)
    {
        (_lines, _name, _format, _labelled) = (lines, name, format, labelled);
        if (format.IsConllu)
            (_columns, _format) = (ConlluColumns, format.Resolve(ConlluColumns));
    }

    /// <summary>The format, all columns as numbers once a sentence was read.</summary>
    internal TaggedFormat Format => _format;

    /// <summary>The next sentence; null at the end.</summary>
    /// <exception cref="InputException">A line is not as it should be.</exception>
    internal TaggedSentence? Next()
    {
        List<string> lines = [];
        List<string[]> tokens = [];
        List<int> places = [];
        int first = 0;
        while (_lines.ReadLine() is string line)
        {
            _line++;
            if (string.IsNullOrWhiteSpace(line))
            {
                if (tokens.Count > 0)
                    return Sentence(lines, tokens, places, first);
                lines.Clear();
                continue;
            }

            if (lines.Count == 0)
                first = _line;
            lines.Add(line);
            if (Token(line, tokens.Count) is not string[] token)
                continue;
            places.Add(lines.Count - 1);
            tokens.Add(token);
        }

        return tokens.Count > 0 ? Sentence(lines, tokens, places, first) : null;
    }

    /// <summary>The columns of a token; null for a line that is none.</summary>
    private string[]? Token(string line, int before)
    {
        if (_format.IsConllu)
            return ConlluToken(line, before);
        string[] columns = line.Split(Blanks, StringSplitOptions.RemoveEmptyEntries);
        if (columns[0] == DocumentStart)
            return null;
        if (_columns == 0)
            SetColumns(columns.Length);
        return columns.Length == _columns ? columns : throw Error($"expected {_columns} columns, as in line {_columnsLine}, but got {columns.Length}");
    }

    /// <summary>The first token says how many columns there are.</summary>
    private void SetColumns(int count)
    {
        _format = _labelled ? _format.Resolve(count) : _format with { Inputs = _format.Inputs ?? [.. Enumerable.Range(1, count)] };
        if (_format.Inputs is not { Count: > 0 } inputs)
            throw Error("expected a column for the word and one for its label, but got 1 column");
        int needed = Math.Max(inputs.Max(), _labelled ? _format.Label!.Value : 1);
        if (needed > count)
            throw Error($"expected {needed} columns or more, but got {count}: other columns can be chosen (--columns, --label)");
        (_columns, _columnsLine) = (count, _line);
    }

    private string[]? ConlluToken(string line, int before)
    {
        if (line[0] == '#')
            return before == 0 ? null : throw Error("a comment stands in the midst of a sentence; an empty line ends a sentence");
        string[] columns = line.Split('\t');
        if (columns.Length != ConlluColumns)
            throw Error($"CoNLL-U has {ConlluColumns} columns with a tab between, but this line has {columns.Length}{(columns.Length == 1 && line.Contains(' ') ? " (are there spaces for tabs?)" : "")}");
        string id = columns[0];

        // A range is a word that is written as one and stands below as several; a number with a dot is a word that is not written.
        if (id.Contains('-') || id.Contains('.'))
            return IsPair(id) ? null : throw Error($"'{id}' is no ID: 3, 3-4 and 3.1 are some");
        if (!int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number != before + 1)
            throw Error($"expected the ID {before + 1}, but got '{id}'; an empty line ends a sentence");
        return columns;
    }

    private static bool IsPair(string id)
    {
        string[] parts = id.Split(id.Contains('-') ? '-' : '.');
        return parts.Length == 2 && parts.All(part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _));
    }

    private TaggedSentence Sentence(List<string> lines, List<string[]> tokens, List<int> places, int first)
    {
        string[][] inputs = [.. _format.Inputs!.Select(column => tokens.Select(token => token[column - 1]).ToArray())];
        string[]? labels = null;
        if (_labelled)
        {
            int column = _format.Label!.Value;
            labels = [.. tokens.Select(token => token[column - 1])];
            int missing = _format.IsConllu ? Array.FindIndex(labels, label => label is "_" or "") : -1;
            if (missing >= 0)
                throw Error($"the word '{inputs[0][missing]}' has no {TaggedFormat.Name(column, isConllu: true)}", first + places[missing]);
        }

        return new TaggedSentence(inputs, labels, first, lines, [.. places]);
    }

    private InputException Error(string what, int? line = null) => new($"{_name}:{line ?? _line}: {what}.");
}
