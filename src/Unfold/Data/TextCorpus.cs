using System.IO.Enumeration;
using System.Security.Cryptography;
using System.Text;

namespace Unfold.Data;

/// <summary>A text to learn from, read from files or given.</summary>
public sealed class TextCorpus
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private TextCorpus(string text, IReadOnlyList<string> files)
    {
        Text = text;
        Files = files;
    }

    /// <summary>The text: all files one after the other, each ending its last line, line ends as <c>\n</c>.</summary>
    public string Text { get; }

    /// <summary>The files that it was read from, in order; empty for a given text.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>Takes a text as it is.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The corpus.</returns>
    /// <exception cref="InputException">The text is empty.</exception>
    public static TextCorpus FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return text.Length > 0 ? new TextCorpus(text, []) : throw new InputException("The text is empty.");
    }

    /// <summary>
    /// Reads files, and all files below directories in the order of their names; directories named <c>bin</c> or <c>obj</c>, and whatever has a
    /// name that begins with a dot, are left out.
    /// </summary>
    /// <param name="paths">Files and directories.</param>
    /// <param name="pattern">Which files of a directory are read, as in <c>*.cs</c>; null for all.</param>
    /// <returns>The corpus.</returns>
    /// <exception cref="InputException">A file is missing, unreadable, binary, or no UTF-8; or there is no text at all.</exception>
    public static TextCorpus Load(IEnumerable<string> paths, string? pattern = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        List<string> files = [];
        string[] given = [.. paths];
        foreach (string path in given)
        {
            if (Directory.Exists(path))
                AddDirectory(files, path, pattern);
            else
                files.Add(path);
        }

        if (files.Count == 0)
        {
            string where = string.Join(", ", given.Select(path => $"'{path}'"));
            throw new InputException(pattern is null ? $"There is no file in {where}." : $"There is no file like '{pattern}' in {where}.");
        }

        StringBuilder text = new();
        foreach (string file in files)
        {
            text.Append(ReadText(file));
            if (files.Count > 1 && text.Length > 0 && text[^1] != '\n')
                text.Append('\n');
        }

        return text.Length > 0
            ? new TextCorpus(text.ToString(), files)
            : throw new InputException(files.Count == 1 ? $"'{files[0]}' is empty." : $"All {files.Count} files are empty, '{files[0]}' the first.");
    }

    /// <summary>Reads a text file: UTF-8, with or without a byte order mark; line ends become <c>\n</c>.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The text; empty for an empty file.</returns>
    /// <exception cref="InputException">The file is missing, unreadable, binary, or no UTF-8.</exception>
    public static string ReadText(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] bytes = ReadBytes(path);
        ReadOnlySpan<byte> content = bytes.AsSpan();
        if (content.StartsWith(Encoding.UTF8.Preamble))
            content = content[Encoding.UTF8.Preamble.Length..];
        int zero = content.IndexOf((byte)0);
        if (zero >= 0)
            throw new InputException($"'{path}' is not a text: it has a zero byte at position {zero + bytes.Length - content.Length}.");
        try
        {
            string text = StrictUtf8.GetString(content);
            return text.Contains('\r') ? text.Replace("\r\n", "\n").Replace('\r', '\n') : text;
        }
        catch (DecoderFallbackException e)
        {
            int line = 1 + content[..e.Index].Count((byte)'\n');
            throw new InputException(
                $"'{path}' is not UTF-8 text: in line {line}, the bytes at position {e.Index + bytes.Length - content.Length} are no character. Convert it to UTF-8 first.", e);
        }
    }

    /// <summary>A number that two texts share only if they are the same: by it a checkpoint knows its text.</summary>
    internal static string Fingerprint(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static byte[] ReadBytes(string path)
    {
        try
        {
            if (Directory.Exists(path))
                throw new InputException($"'{path}' is a directory, and a file was expected.");
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"There is no file '{path}'.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException($"Cannot read '{path}': {(e is UnauthorizedAccessException ? "permission denied" : e.Message.TrimEnd('.'))}.", e);
        }
    }

    private static void AddDirectory(List<string> files, string path, string? pattern)
    {
        try
        {
            FileSystemEnumerable<string> found = new(path, (ref entry) => entry.ToSpecifiedFullPath(),
                new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = false, AttributesToSkip = FileAttributes.Device })
            {
                ShouldIncludePredicate = (ref entry) => !entry.IsDirectory && entry.FileName[0] != '.'
                    && (pattern is null || FileSystemName.MatchesSimpleExpression(pattern, entry.FileName)),
                ShouldRecursePredicate = (ref entry) => entry.FileName[0] != '.' && entry.FileName is not ("bin" or "obj")
                    && !entry.Attributes.HasFlag(FileAttributes.ReparsePoint),
            };
            files.AddRange(found.Order(StringComparer.Ordinal));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot read the directory '{path}': {e.Message.TrimEnd('.')}.", e);
        }
    }
}
