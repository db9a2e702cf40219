using System.Globalization;
using System.Text;
using CsvHelper;

namespace Unfold.Data.Sequences;

/// <summary>CSV files: a column of texts and one of labels; or a series on each line beside its label; or a step of a series on each line, which shares its number with the others.</summary>
internal static class CsvSequences
{
    private static readonly string[] LabelNames = ["label", "class"];

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">A line is not as it should be, or a column is missing.</exception>
    internal static SequenceDataset Read(string path, SequenceFileOptions options)
    {
        List<(string[] Cells, int Line)> rows = Rows(path, options.MultiLabel);
        if (rows.Count == 0)
            throw new InputException($"'{path}' is empty.");
        Columns columns = new(path, rows[0].Cells, options);
        if (columns.HasHead)
            rows.RemoveAt(0);
        SequenceCollector found = new(columns.Text >= 0 ? SequenceInput.Text : SequenceInput.Series);
        string[] group = [];
        List<float> steps = [];
        for (int i = 0; i < rows.Count; i++)
        {
            (string[] cells, int line) = rows[i];
            string place = $"'{path}', line {line}";
            if (cells.Length != columns.Names.Length)
            {
                throw new InputException($"{place}: the line has {cells.Length} cells, but {columns.Names.Length} were expected, as in the first line."
                    + (columns.Text < 0 && columns.Sequence < 0 ? " A shorter series ends with empty cells." : ""));
            }

            if (columns.Text >= 0)
                AddText(found, cells, columns, options, place);
            else if (columns.Sequence < 0)
                AddLine(found, cells, columns, options, place);
            else
                AddStep(found, rows, i, columns, options, place, ref group, steps);
        }

        return found.Finish(path);
    }

    private static void AddText(SequenceCollector found, string[] cells, Columns columns, SequenceFileOptions options, string place)
    {
        string text = cells[columns.Text].Trim();
        if (text.Length == 0)
            found.Note("lines without a text were left out");
        else
            found.AddText(text, SequenceNumbers.Labels(cells[columns.Label], options, place), place);
    }

    private static void AddLine(SequenceCollector found, string[] cells, Columns columns, SequenceFileOptions options, string place)
    {
        List<float> values = [];
        for (int c = 0; c < cells.Length; c++)
        {
            if (c != columns.Label)
                values.Add(SequenceNumbers.Parse(cells[c], place, values.Count + 1));
        }

        int end = values.Count;
        while (end > 0 && float.IsNaN(values[end - 1]))
            end--;
        if (end == 0)
            throw new InputException($"{place}: the sequence is empty.");
        Add(found, values[..end], 1, SequenceNumbers.Labels(cells[columns.Label], options, place), place);
    }

    /// <summary>Adds a step; with the last one of its number the sequence is complete.</summary>
    private static void AddStep(
        SequenceCollector found, List<(string[] Cells, int Line)> rows, int i, Columns columns, SequenceFileOptions options, string place, ref string[] group, List<float> steps)
    {
        string[] cells = rows[i].Cells;
        if (steps.Count == 0)
            group = [cells[columns.Sequence], cells[columns.Label], place];
        if (cells[columns.Label] != group[1])
            throw new InputException($"{place}: the label of the sequence '{group[0]}' is '{cells[columns.Label]}' here, but '{group[1]}' before.");
        int width = 0;
        for (int c = 0; c < cells.Length; c++)
        {
            if (c != columns.Label && c != columns.Sequence)
                steps.Add(SequenceNumbers.Parse(cells[c], place, ++width));
        }

        if (width == 0)
            throw new InputException($"{place}: there is no column of values beside the label and the number of the sequence.");
        if (i + 1 < rows.Count && rows[i + 1].Cells.Length > columns.Sequence && rows[i + 1].Cells[columns.Sequence] == group[0])
            return;
        Add(found, steps, width, SequenceNumbers.Labels(group[1], options, group[2]), group[2]);
        steps.Clear();
    }

    private static void Add(SequenceCollector found, List<float> values, int width, string[] labels, string place)
    {
        float[] filled = [.. values];
        if (SequenceNumbers.Fill(filled, width, place) is > 0 and int missing)
            found.Note("missing values took that of the step before", missing);
        found.AddValues(filled, width, labels, place);
    }

    /// <summary>The cells of a file, line by line, with the line on which each row begins.</summary>
    /// <exception cref="InputException">The file cannot be read, or a quotation mark stands where none may.</exception>
    internal static List<(string[] Cells, int Line)> Rows(string path, bool multiLabel)
    {
        List<(string[] Cells, int Line)> rows = [];
        CsvReaderOptions options = new() { HasHeader = false, TrackLineNumbers = true, MalformedData = CsvMalformedDataHandling.Throw, Separator = multiLabel ? ',' : null };
        using CsvReader reader = CsvReader.FromText(TextCorpus.ReadText(path), options);
        try
        {
            while (reader.Read())
                rows.Add(([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)], (int)reader.LineNumber));
        }
        catch (CsvFormatException e)
        {
            throw new InputException($"'{path}', line {e.LineNumber}: a quotation mark stands where none may. A cell with quotation marks is written as \"a \"\"word\"\"\".", e);
        }

        return rows;
    }

    /// <summary>Which column holds what; -1 for none.</summary>
    private sealed class Columns
    {
        private readonly string _path;

        public Columns(string path, string[] first, SequenceFileOptions options)
        {
            (_path, Names) = (path, [.. first.Select(name => name.Trim())]);
            string?[] given = [options.TextColumn, options.LabelColumn, options.SequenceColumn];
            HasHead = given.Any(name => name is not null && !int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _))
                || Find("text") >= 0 || LabelNames.Any(name => Find(name) >= 0);
            Text = options.TextColumn is null ? (HasHead ? Find("text") : -1) : Require(options.TextColumn);
            Sequence = options.SequenceColumn is null ? -1 : Require(options.SequenceColumn);
            Label = options.LabelColumn is not null ? Require(options.LabelColumn) : HasHead ? Math.Max(Find("label"), Find("class")) : 0;
            if (Label < 0 || Label == Text || Label == Sequence)
            {
                throw new InputException($"'{path}' has no column 'label' or 'class'. Its columns are {Listed()}: name one by LabelColumn (--label-column).");
            }
        }

        public string[] Names { get; }

        public bool HasHead { get; }

        public int Text { get; }

        public int Label { get; }

        public int Sequence { get; }

        private int Find(string name) => Array.FindIndex(Names, other => other.Equals(name, StringComparison.OrdinalIgnoreCase));

        private int Require(string name)
        {
            int column = Find(name);
            if (column < 0 && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= Names.Length)
                column = number - 1;
            return column >= 0 ? column : throw new InputException($"'{_path}' has no column '{name}'. Its columns are {Listed()}.");
        }

        private string Listed()
        {
            StringBuilder text = new();
            return text.AppendJoin(", ", Names.Take(20).Select(name => $"'{name}'")).Append(Names.Length > 20 ? ", …" : "").ToString();
        }
    }
}
