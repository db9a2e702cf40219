using System.Globalization;
using Unfold.Data.Sequences;

namespace Unfold.Data.Forecasting;

/// <summary>CSV files of series: a head, then a step on each line.</summary>
internal static class TimeSeriesFile
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">A line is not as it should be, or a column is missing.</exception>
    internal static TimeSeries Read(string path, string? timeColumn, IReadOnlyList<string>? variables)
    {
        List<(string[] Cells, int Line)> rows = CsvSequences.Rows(path, multiLabel: false);
        rows.RemoveAll(row => row.Cells is [var only] && string.IsNullOrWhiteSpace(only));
        if (rows.Count < 2)
            throw new InputException($"'{path}' should have a line of names and a line for each step, but has {rows.Count} {(rows.Count == 1 ? "line" : "lines")}.");
        string[] names = [.. rows[0].Cells.Select(name => name.Trim())];
        if (names.All(IsNumber))
            throw new InputException($"'{path}', line {rows[0].Line}: the names of the columns were expected, but there are numbers.");
        int time = timeColumn is null ? (IsNumber(rows[1].Cells[0]) || rows[1].Cells[0].Trim().Length == 0 ? -1 : 0) : Find(path, names, timeColumn);
        int[] columns = variables is null
            ? [.. Enumerable.Range(0, names.Length).Where(column => column != time)]
            : [.. variables.Select(name => Find(path, names, name))];
        if (columns.Length == 0)
            throw new InputException($"'{path}' has no column of values{(time >= 0 ? $" beside that of times, '{names[time]}'" : "")}.");
        float[] values = new float[(rows.Count - 1) * columns.Length];
        List<DateTime> times = [];
        for (int step = 0; step < rows.Count - 1; step++)
        {
            (string[] cells, int line) = rows[step + 1];
            string place = $"'{path}', line {line}";
            if (cells.Length != names.Length)
                throw new InputException($"{place}: the line has {cells.Length} cells, but {names.Length} were expected, as in the first line.");
            for (int c = 0; c < columns.Length; c++)
                values[(step * columns.Length) + c] = SequenceNumbers.Parse(cells[columns[c]], place, columns[c] + 1);
            if (time >= 0)
                AddTime(times, cells[time], place);
        }

        List<string> notes = [];
        if (SequenceNumbers.Fill(values, columns.Length, $"'{path}'") is > 0 and int missing)
            notes.Add($"{missing} missing values took that of the step before");
        TimeSeries series = new([.. columns.Select(column => names[column])], values, time >= 0 ? times : null);
        if (series.Interval is TimeSpan usual && times.Zip(times.Skip(1), (first, second) => second - first).Count(gap => gap > 1.5 * usual) is > 0 and int gaps)
            notes.Add($"{gaps} {(gaps == 1 ? "step follows" : "steps follow")} the one before later than usual; steps count, not times");
        return notes.Count == 0 ? series : new TimeSeries(series.Names, values, series.Times) { Notes = notes };
    }

    private static void AddTime(List<DateTime> times, string text, string place)
    {
        if (!DateTime.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.RoundtripKind, out DateTime time))
            throw new InputException($"{place}: '{text}' is no date: a form as 2024-12-31 or 2024-12-31 23:00 was expected. Or name another column by timeColumn (--time-column).");
        if (times.Count > 0 && time <= times[^1])
        {
            throw new InputException($"{place}: {text} is {(time == times[^1] ? "the same time as" : "before")} that of the line before: sort the lines by time, and keep one for each.");
        }

        times.Add(time);
    }

    private static bool IsNumber(string text) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _);

    private static int Find(string path, string[] names, string name)
    {
        int column = Array.FindIndex(names, other => other.Equals(name, StringComparison.OrdinalIgnoreCase));
        if (column < 0 && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= names.Length)
            column = number - 1;
        return column >= 0 ? column : throw new InputException($"'{path}' has no column '{name}'. Its columns are {string.Join(", ", names.Take(20).Select(other => $"'{other}'"))}.");
    }
}
