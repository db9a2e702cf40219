namespace Unfold.Data.Tagging;

/// <summary>The tokens of a sentence, each with what is known of it and, where the file says so, its label.</summary>
public sealed class TaggedSentence
{
    internal TaggedSentence(IReadOnlyList<string[]> inputs, string[]? labels, int line, IReadOnlyList<string> lines, int[] lineOfToken)
    {
        (Inputs, Labels, Line, Lines, LineOfToken) = (inputs, labels, line, lines, lineOfToken);
    }

    /// <summary>A sentence of plain words.</summary>
    /// <param name="words">The words; 1 or more.</param>
    /// <exception cref="ArgumentException">There is no word.</exception>
    public TaggedSentence(IReadOnlyList<string> words)
    {
        ArgumentNullException.ThrowIfNull(words);
        if (words.Count == 0)
            throw new ArgumentException("TaggedSentence expects 1 word or more, but got none.");
        (Inputs, Lines, LineOfToken) = ([[.. words]], [.. words], [.. Enumerable.Range(0, words.Count)]);
    }

    /// <summary>For each input column its text for each token; the first column are the words.</summary>
    public IReadOnlyList<string[]> Inputs { get; }

    /// <summary>The words.</summary>
    public IReadOnlyList<string> Words => Inputs[0];

    /// <summary>The label of each token; null where the file has none.</summary>
    public IReadOnlyList<string>? Labels { get; }

    /// <summary>How many tokens; 1 or more.</summary>
    public int Count => Inputs[0].Length;

    /// <summary>The number of the sentence's first line in its file, from 1; 0 for one of plain words.</summary>
    public int Line { get; }

    /// <summary>The sentence's lines as they were, comments among them.</summary>
    internal IReadOnlyList<string> Lines { get; }

    /// <summary>For each token its place among the lines.</summary>
    internal int[] LineOfToken { get; }
}
