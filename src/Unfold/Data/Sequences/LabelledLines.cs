namespace Unfold.Data.Sequences;

/// <summary>Files with a series on each line, its label first and its values behind, separated by spaces, tabs or commas: the older form of the UCR archive.</summary>
internal static class LabelledLines
{
    private static readonly char[] Separators = [' ', '\t', ','];

    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">A line is not as it should be.</exception>
    internal static SequenceDataset Read(string path, SequenceFileOptions options)
    {
        SequenceCollector found = new(SequenceInput.Series);
        int number = 0, first = 0;
        foreach (ReadOnlySpan<char> line in TextCorpus.ReadText(path).AsSpan().EnumerateLines())
        {
            number++;
            if (line.IsWhiteSpace())
                continue;
            string place = $"'{path}', line {number}";
            string[] cells = line.ToString().Split(Separators, StringSplitOptions.RemoveEmptyEntries);
            if (cells.Length < 2)
                throw new InputException($"{place}: a label and the values of a series were expected, but there is only '{cells[0][..Math.Min(40, cells[0].Length)]}'.");

            // A series that is shorter than the others ends with missing values.
            int end = cells.Length;
            while (end > 1 && (cells[end - 1] == "?" || cells[end - 1].Equals("nan", StringComparison.OrdinalIgnoreCase)))
                end--;
            if (end == 1)
                throw new InputException($"{place}: the sequence is empty.");
            first = first == 0 ? cells.Length : first;
            if (cells.Length != first)
                throw new InputException($"{place}: the line has {cells.Length - 1} values, but the first has {first - 1}. A shorter series ends with NaN for each value that is missing.");
            float[] values = [.. cells[1..end].Select((cell, column) => SequenceNumbers.Parse(cell, place, column + 1))];
            if (SequenceNumbers.Fill(values, 1, place) is > 0 and int missing)
                found.Note("missing values took that of the step before", missing);
            found.AddValues(values, 1, SequenceNumbers.Labels(cells[0], options, place), place);
        }

        return found.Finish(path);
    }
}
