namespace Unfold.Bench.Reporting;

/// <summary>A table of a page, read back.</summary>
/// <param name="Heading">The heading above it, without its signs.</param>
/// <param name="Columns">The names of its columns.</param>
/// <param name="Rows">Its rows.</param>
internal sealed record PageTable(string Heading, string[] Columns, IReadOnlyList<string[]> Rows)
{
    /// <summary>All tables of a page of bench/results; none where there is no such page.</summary>
    public static IReadOnlyList<PageTable> Read(string name)
    {
        string path = Path.Combine(Results.Folder, name);
        var tables = new List<PageTable>();
        if (!File.Exists(path))
            return tables;
        string heading = "";
        List<string[]>? rows = null;
        foreach (string line in File.ReadLines(path))
        {
            if (line.StartsWith('#'))
                heading = line.TrimStart('#', ' ');
            if (!line.StartsWith('|'))
            {
                rows = null;
                continue;
            }

            string[] cells = [.. line.Trim('|').Split('|').Select(cell => cell.Trim())];
            if (rows is null)
                tables.Add(new PageTable(heading, cells, rows = []));
            else if (!cells[0].StartsWith("---", StringComparison.Ordinal))
                rows.Add(cells);
        }

        return tables;
    }

    /// <summary>The row whose first cells are these; null where there is none.</summary>
    public string[]? Row(params string[] first) => Rows.FirstOrDefault(row => row.Take(first.Length).SequenceEqual(first));

    /// <summary>A cell by the name of its column.</summary>
    public string Cell(string[] row, string column) => row[Array.IndexOf(Columns, column)];
}
