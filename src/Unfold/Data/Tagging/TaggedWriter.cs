using System.Text;

namespace Unfold.Data.Tagging;

/// <summary>Writes sentences as they were read, with other labels.</summary>
public static class TaggedWriter
{
    /// <summary>The sentence's lines, comments among them, each token with its new label: in the label's column, or behind the others where there is none; and an empty line.</summary>
    /// <param name="sentence">The sentence.</param>
    /// <param name="labels">A label for each token.</param>
    /// <param name="format">How it was read.</param>
    /// <exception cref="ArgumentException">There is not a label for each token.</exception>
    public static string Write(TaggedSentence sentence, IReadOnlyList<string> labels, TaggedFormat format)
    {
        ArgumentNullException.ThrowIfNull(sentence);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(format);
        if (labels.Count != sentence.Count)
            throw new ArgumentException($"TaggedWriter expects a label for each of the {sentence.Count} tokens, but got {labels.Count}.");
        string[] lines = [.. sentence.Lines];
        for (int i = 0; i < labels.Count; i++)
        {
            ref string line = ref lines[sentence.LineOfToken[i]];
            char blank = format.IsConllu || line.Contains('\t') ? '\t' : ' ';
            string[] columns = line.Split(blank, format.IsConllu ? StringSplitOptions.None : StringSplitOptions.RemoveEmptyEntries);
            int place = (format.Label ?? columns.Length + 1) - 1;
            if (place < columns.Length)
                columns[place] = labels[i];
            else
                columns = [.. columns, labels[i]];
            line = string.Join(blank, columns);
        }

        StringBuilder text = new();
        foreach (string line in lines)
            text.Append(line).Append('\n');
        return text.Append('\n').ToString();
    }
}
