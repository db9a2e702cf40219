using System.Text;

namespace Unfold.Cells;

/// <summary>What reading a cell's text found.</summary>
public sealed class CellCheck
{
    private readonly int _equalSizesLine;

    internal CellCheck(string fileName, IReadOnlyList<CellDiagnostic> errors, IReadOnlyList<CellDiagnostic> warnings, Cell? cell, int equalSizesLine)
    {
        FileName = fileName;
        Errors = errors;
        Warnings = warnings;
        Cell = cell;
        _equalSizesLine = equalSizesLine;
    }

    /// <summary>The file's name as it was given.</summary>
    public string FileName { get; }

    /// <summary>What makes the cell unusable, in the order of the text; at most twenty.</summary>
    public IReadOnlyList<CellDiagnostic> Errors { get; }

    /// <summary>What may not be meant so, in the order of the text; at most twenty.</summary>
    public IReadOnlyList<CellDiagnostic> Warnings { get; }

    /// <summary>The cell; null when there are errors.</summary>
    public Cell? Cell { get; }

    /// <summary>
    /// Everything as text to print: errors and warnings as a compiler prints them, then tables of the states and of the parameters with shape,
    /// initialisation and whether they are trained.
    /// </summary>
    public string Describe()
    {
        var text = new StringBuilder();
        foreach (CellDiagnostic diagnostic in Errors.Concat(Warnings))
            text.Append(diagnostic).Append("\n\n");
        if (Cell is null)
        {
            text.Append(FileName).Append(": ").Append(Count(Errors.Count, "error")).Append('\n');
            return text.ToString();
        }

        text.Append(Cell.Name);
        if (Cell.Summary.Length > 0)
            text.Append(": ").Append(Cell.Summary);
        text.Append("\n\n");
        Table(text, ["state", "shape", "starts at"], Cell.States.Select(s => new[] { s.Name, s.Shape, s.Initial }));
        Table(text, ["parameter", "shape", "starts as", "trained"], Cell.Parameters.Select(p => new[] { p.Name, p.Shape, p.Initialization, p.Trained ? "yes" : "no" }));
        text.Append("input x [C], output ").Append(Cell.OutputShape).Append('\n');
        if (Cell.NeedsEqualSizes)
            text.Append("needs C = H: line ").Append(_equalSizesLine).Append(" puts x and a hidden vector together\n");
        text.Append(Warnings.Count == 0 ? "no errors, no warnings\n" : $"no errors, {Count(Warnings.Count, "warning")}\n");
        return text.ToString();
    }

    private static string Count(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private static void Table(StringBuilder text, string[] head, IEnumerable<string[]> body)
    {
        string[][] rows = [head, .. body];
        if (rows.Length == 1)
            return;
        int[] widths = [.. head.Select((_, column) => rows.Max(r => r[column].Length))];
        foreach (string[] row in rows)
            text.Append("  ").Append(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd()).Append('\n');
        text.Append('\n');
    }
}
