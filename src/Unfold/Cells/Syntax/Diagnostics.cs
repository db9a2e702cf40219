namespace Unfold.Cells.Syntax;

/// <summary>Collects what is wrong with a text, in order; after <see cref="MaximumErrors"/> errors further ones are dropped.</summary>
internal sealed class Diagnostics(SourceText source)
{
    public const int MaximumErrors = 20;

    private readonly List<CellDiagnostic> _errors = [];
    private readonly List<CellDiagnostic> _warnings = [];

    public SourceText Source => source;

    public bool Failed => _errors.Count > 0;

    public bool Full => _errors.Count >= MaximumErrors;

    /// <summary>Errors in the order of the text.</summary>
    public IReadOnlyList<CellDiagnostic> Errors => [.. _errors.OrderBy(e => (e.Line, e.Column))];

    /// <summary>Warnings in the order of the text.</summary>
    public IReadOnlyList<CellDiagnostic> Warnings => [.. _warnings.OrderBy(e => (e.Line, e.Column))];

    public void Error(TextSpan span, string message, string? expected = null, string? fix = null)
    {
        if (_errors.Count < MaximumErrors)
            _errors.Add(Make(CellSeverity.Error, span, message, expected, fix));
    }

    public void Warning(TextSpan span, string message, string? fix = null)
    {
        if (_warnings.Count < MaximumErrors)
            _warnings.Add(Make(CellSeverity.Warning, span, message, null, fix));
    }

    private CellDiagnostic Make(CellSeverity severity, TextSpan span, string message, string? expected, string? fix)
    {
        (int line, int column) = source.Locate(span.Start);
        return new CellDiagnostic(severity, source.FileName, line, column, Math.Max(1, span.Length), message, expected, fix)
        {
            SourceLine = source.Line(line),
        };
    }
}
