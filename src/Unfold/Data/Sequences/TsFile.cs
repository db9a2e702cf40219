namespace Unfold.Data.Sequences;

/// <summary>
/// The <c>.ts</c> files of the UCR and UEA archives: <c>#</c> comments, <c>@</c> lines of a head, then a case on each line: channels separated by <c>:</c>, values by <c>,</c>, the label last.
/// </summary>
internal static class TsFile
{
    /// <summary>Reads a file.</summary>
    /// <exception cref="InputException">A line is not as it should be.</exception>
    internal static SequenceDataset Read(string path, SequenceFileOptions options)
    {
        SequenceCollector found = new(SequenceInput.Series);
        bool isData = false;
        int number = 0;
        foreach (ReadOnlySpan<char> whole in TextCorpus.ReadText(path).AsSpan().EnumerateLines())
        {
            number++;
            ReadOnlySpan<char> line = whole.Trim();
            string place = $"'{path}', line {number}";
            if (line.IsEmpty || line[0] == '#')
                continue;
            if (line[0] == '@')
            {
                isData |= line.StartsWith("@data", StringComparison.OrdinalIgnoreCase);
                if (line.StartsWith("@timeStamps true", StringComparison.OrdinalIgnoreCase))
                    throw new InputException($"{place}: series with time stamps are not read: write their values alone, at even distances.");
                continue;
            }

            if (!isData)
                throw new InputException($"{place}: a line of the head was expected, which begins with @ or #, or @data before the first case.");
            Add(found, line.ToString(), place, options);
        }

        return found.Finish(path);
    }

    private static void Add(SequenceCollector found, string line, string place, SequenceFileOptions options)
    {
        string[] parts = line.Split(':');
        int width = parts.Length - 1;
        if (width < 1)
            throw new InputException($"{place}: channels and, behind a colon, a label were expected, but there is no colon.");
        float[]? values = null;
        int steps = 0;
        for (int c = 0; c < width; c++)
        {
            string[] numbers = parts[c].Split(',');
            if (values is null)
                (steps, values) = (numbers.Length, new float[numbers.Length * width]);
            if (numbers.Length != steps)
                throw new InputException($"{place}: channel {c + 1} has {numbers.Length} values, but channel 1 has {steps}.");
            for (int t = 0; t < steps; t++)
                values[(t * width) + c] = SequenceNumbers.Parse(numbers[t], place, t + 1);
        }

        if (parts[0].AsSpan().IsWhiteSpace())
            throw new InputException($"{place}: the sequence is empty.");
        if (SequenceNumbers.Fill(values, width, place) is > 0 and int missing)
            found.Note("missing values took that of the step before", missing);
        found.AddValues(values!, width, SequenceNumbers.Labels(parts[^1], options, place), place);
    }
}
