using System.Text;

namespace Unfold.Cells.Syntax;

/// <summary>The cells that come with the library, and cells in files.</summary>
internal static class CellLibrary
{
    private const string Prefix = "cells/";
    private const string Ending = ".cell";

    /// <summary>All names in alphabetical order.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. typeof(CellLibrary).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith(Prefix) && n.EndsWith(Ending)).Select(n => n[Prefix.Length..^Ending.Length]).Order(StringComparer.Ordinal),
    ];

    public static string Text(string name)
    {
        if (!Names.Contains(name))
            throw Unknown($"there is no cell `{name}` in the library", name);
        using Stream stream = typeof(CellLibrary).Assembly.GetManifestResourceStream(Prefix + name + Ending)!;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    /// <summary>A file's text. What is not valid UTF-8 becomes U+FFFD, which the reader reports with its place.</summary>
    public static string ReadFile(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                throw Directory.Exists(path) ? new CellException($"`{path}` is a directory; a cell is a file of equations")
                    : Unknown($"`{path}` is neither a cell of the library nor a file", path);
            }

            long length = new FileInfo(path).Length;
            if (length > 4L * Lexer.MaximumText)
                throw new CellException($"{path}: {length} bytes are too many for a cell; at most {Lexer.MaximumText} characters are read");
            return File.ReadAllText(path, new UTF8Encoding());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new CellException($"cannot read `{path}`: {e.Message}", e);
        }
    }

    /// <summary>The first comment line, if the text begins with one.</summary>
    public static string SummaryOf(string text)
    {
        string first = text.TrimStart('\ufeff', ' ', '\t', '\r', '\n');
        if (!first.StartsWith('#'))
            return "";
        int end = first.IndexOfAny(['\r', '\n']);
        return (end < 0 ? first : first[..end]).TrimStart('#').Trim();
    }

    private static CellException Unknown(string message, string name) =>
        new(message + (Words.DidYouMean(name, Names) is string near ? "; " + near : "") + "\n  cells: " + string.Join(", ", Names));
}
