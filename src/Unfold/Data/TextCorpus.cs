namespace Unfold.Data;

/// <summary>A text to learn from, read from files or given.</summary>
public sealed class TextCorpus
{
    private TextCorpus()
    {
    }

    /// <summary>The text: all files one after the other, line ends as <c>\n</c>.</summary>
    public string Text => throw new NotSupportedException();

    /// <summary>The files that it was read from, in order; empty for a given text.</summary>
    public IReadOnlyList<string> Files => throw new NotSupportedException();

    /// <summary>Takes a text as it is.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The corpus.</returns>
    /// <exception cref="InputException">The text is empty.</exception>
    public static TextCorpus FromText(string text) => throw new NotSupportedException();

    /// <summary>
    /// Reads files, and all files below directories in the order of their names; directories named <c>bin</c> or <c>obj</c>, and those whose names begin with a dot, are left out.
    /// </summary>
    /// <param name="paths">Files and directories.</param>
    /// <param name="pattern">Which files of a directory are read, as in <c>*.cs</c>; null for all.</param>
    /// <returns>The corpus.</returns>
    /// <exception cref="InputException">A file is missing, unreadable, binary, or no UTF-8; or there is no text at all.</exception>
    public static TextCorpus Load(IEnumerable<string> paths, string? pattern = null) => throw new NotSupportedException();
}
