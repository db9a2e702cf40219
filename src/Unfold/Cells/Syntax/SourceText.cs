namespace Unfold.Cells.Syntax;

/// <summary>A cell's text with its file name; finds lines and columns, both counted from 1.</summary>
internal sealed class SourceText
{
    private readonly List<int> _lineStarts = [0];

    public SourceText(string fileName, string text)
    {
        FileName = fileName;
        Text = text;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n' || (text[i] == '\r' && (i + 1 == text.Length || text[i + 1] != '\n')))
                _lineStarts.Add(i + 1);
        }
    }

    public string FileName { get; }

    public string Text { get; }

    public string this[TextSpan span] => Text.Substring(span.Start, span.Length);

    public (int Line, int Column) Locate(int position)
    {
        int line = _lineStarts.BinarySearch(Math.Min(position, Text.Length));
        if (line < 0)
            line = ~line - 1;
        return (line + 1, position - _lineStarts[line] + 1);
    }

    /// <summary>A line without its end.</summary>
    public string Line(int line)
    {
        int start = _lineStarts[line - 1];
        int end = line < _lineStarts.Count ? _lineStarts[line] : Text.Length;
        return Text[start..end].TrimEnd('\r', '\n');
    }
}
