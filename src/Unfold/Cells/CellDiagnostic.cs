using System.Globalization;
using System.Text;

namespace Unfold.Cells;

/// <summary>How grave a <see cref="CellDiagnostic"/> is.</summary>
public enum CellSeverity
{
    /// <summary>The cell cannot be used.</summary>
    Error,

    /// <summary>The cell can be used, but may not say what was meant.</summary>
    Warning,
}

/// <summary>One thing that is wrong, or may be, in a cell's text.</summary>
/// <param name="Severity">Error or warning.</param>
/// <param name="File">The file's name as it was given.</param>
/// <param name="Line">The line, from 1.</param>
/// <param name="Column">The column in characters, from 1.</param>
/// <param name="Length">How many characters it is about; at least 1.</param>
/// <param name="Message">What came.</param>
/// <param name="Expected">What was expected instead, where that can be said.</param>
/// <param name="Fix">The likely fix, where there is one.</param>
public sealed record CellDiagnostic(
    CellSeverity Severity, string File, int Line, int Column, int Length, string Message, string? Expected, string? Fix)
{
    private const int Window = 100;

    /// <summary>The whole line of the text.</summary>
    public string SourceLine { get; init; } = "";

    /// <summary>
    /// As a compiler prints it: <c>file(line,column): error: message</c>, the line, a caret under the place, what was expected and the likely fix. Of a
    /// very long line only the part around the place is shown.
    /// </summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{File}({Line},{Column}): {(Severity == CellSeverity.Error ? "error" : "warning")}: {Message}");
        int column = Math.Min(Column - 1, SourceLine.Length);
        int start = SourceLine.Length <= Window ? 0 : Math.Clamp(column - Window / 3, 0, SourceLine.Length - Window);
        string shown = Clean(SourceLine.AsSpan(start, Math.Min(Window, SourceLine.Length - start)));
        if (shown.Length > 0)
        {
            string before = start > 0 ? "…" : "";
            int carets = Math.Clamp(Length, 1, Math.Max(1, shown.Length - (column - start)));
            text.Append("\n  ").Append(before).Append(shown).Append(start + shown.Length < SourceLine.Length ? "…" : "");
            text.Append("\n  ").Append(' ', before.Length + column - start).Append('^', carets);
        }

        if (Expected is not null)
            text.Append("\n  expected: ").Append(Expected);
        if (Fix is not null)
            text.Append("\n  fix: ").Append(Fix);
        return text.ToString();
    }

    /// <summary>Without what would move a terminal's cursor.</summary>
    private static string Clean(ReadOnlySpan<char> line)
    {
        var clean = new char[line.Length];
        for (int i = 0; i < line.Length; i++)
            clean[i] = line[i] == '\t' ? ' ' : char.IsControl(line[i]) || char.IsSurrogate(line[i]) ? '?' : line[i];
        return new string(clean).TrimEnd();
    }
}

/// <summary>A cell's text is wrong: <see cref="Exception.Message"/> holds every error as a compiler would print it.</summary>
public sealed class CellException : Exception
{
    /// <summary>Without a message of its own.</summary>
    public CellException()
    {
    }

    /// <summary>With a message, for what has no place in a text.</summary>
    /// <param name="message">What is wrong.</param>
    public CellException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and what caused it.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">The cause.</param>
    public CellException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>From the errors found in a text.</summary>
    /// <param name="diagnostics">The errors.</param>
    public CellException(IReadOnlyList<CellDiagnostic> diagnostics)
        : base(string.Join("\n\n", diagnostics)) => Diagnostics = diagnostics;

    /// <summary>The errors found in the text; empty where there is no text, as for an unknown name.</summary>
    public IReadOnlyList<CellDiagnostic> Diagnostics { get; } = [];
}
