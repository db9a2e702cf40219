using System.Globalization;

namespace Unfold.Data.Sequences;

/// <summary>Gathers sequences while files are read, and numbers their classes at the end.</summary>
internal sealed class SequenceCollector(SequenceInput input)
{
    private readonly List<(float[] Values, string Text, string[] Labels, string Place)> _items = [];
    private readonly Dictionary<string, int> _notes = [];

    /// <summary>C or the rate, known from the first sequence on.</summary>
    internal int Width { get; private set; }

    internal int Count => _items.Count;

    internal void AddText(string text, string[] labels, string place) => _items.Add(([], text, labels, place));

    /// <summary>Adds numbers; all sequences must have the same width.</summary>
    internal void AddValues(float[] values, int width, string[] labels, string place)
    {
        if (Width == 0)
            Width = width;
        if (width != Width)
        {
            throw new InputException(input == SequenceInput.Audio
                ? $"{place}: the recording has {width} samples a second, but the first has {Width}. Convert it, as by `ffmpeg -i FILE -ar {Width} OUT.wav`."
                : $"{place}: the sequence has {width} channels, but the first has {Width}.");
        }

        _items.Add((values, "", labels, place));
    }

    /// <summary>Counts something that was handled.</summary>
    internal void Note(string what, int times = 1) => _notes[what] = _notes.GetValueOrDefault(what) + times;

    /// <summary>All that was gathered.</summary>
    /// <exception cref="InputException">That is nothing.</exception>
    internal SequenceDataset Finish(string source)
    {
        if (_items.Count == 0)
            throw new InputException($"There is no sequence in '{source}'.");
        string[] classes = [.. _items.SelectMany(item => item.Labels).Distinct()];
        bool areNumbers = classes.All(name => double.TryParse(name, NumberStyles.Float, CultureInfo.InvariantCulture, out _));
        classes = areNumbers
            ? [.. classes.OrderBy(name => double.Parse(name, NumberStyles.Float, CultureInfo.InvariantCulture)).ThenBy(name => name, StringComparer.Ordinal)]
            : [.. classes.Order(StringComparer.Ordinal)];
        Dictionary<string, int> numbers = classes.Select((name, number) => (name, number)).ToDictionary(pair => pair.name, pair => pair.number);
        return new SequenceDataset(input, Width, classes,
            [.. _items.Select(item => new SequenceItem(item.Values, item.Text, [.. item.Labels.Select(label => numbers[label]).Distinct().Order()], item.Place))])
        {
            Notes = [.. _notes.Select(note => FormattableString.Invariant($"{note.Value:N0} {note.Key}"))],
        };
    }
}
