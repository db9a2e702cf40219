using Unfold.Kernels.Random;
using Unfold.Layers;

namespace Unfold.Models;

/// <summary>A batch of sentences as rows for a network, and the spellings of its words, each once. Filled again and again; grows with the greatest batch.</summary>
internal sealed class TaggerInputs
{
    private static readonly uint WordPlace = Autodiff.Place.Of("tagger words");

    private readonly int[][] _columns;
    private int[] _lengths = [], _words = [], _labels = [], _letters = [], _places = [], _spellings = [];

    /// <param name="columns">How many input columns there are.</param>
    internal TaggerInputs(int columns) => _columns = [.. Enumerable.Range(0, columns).Select(_ => Array.Empty<int>())];

    /// <summary>How the tokens lie.</summary>
    internal PackedSequences Sequences { get; } = new();

    /// <summary>How the characters of the different words lie.</summary>
    internal PackedSequences Spellings { get; } = new();

    /// <summary>For each row the place of its word among <see cref="Spellings"/>.</summary>
    internal ReadOnlySpan<int> Words => _words.AsSpan(0, Sequences.RowCount);

    /// <summary>For each row of <see cref="Spellings"/> the character's number.</summary>
    internal ReadOnlySpan<int> Letters => _letters.AsSpan(0, Spellings.RowCount);

    /// <summary>For each row the label's number; -1 for none.</summary>
    internal ReadOnlySpan<int> Labels => _labels.AsSpan(0, Sequences.RowCount);

    /// <summary>For each row what an input column holds.</summary>
    internal ReadOnlySpan<int> Column(int column) => _columns[column].AsSpan(0, Sequences.RowCount);

    /// <summary>Takes sentences.</summary>
    /// <param name="data">All sentences.</param>
    /// <param name="items">The numbers of those of the batch.</param>
    /// <param name="change">Which words are hidden in training; null for none.</param>
    internal void Fill(PreparedSentences data, ReadOnlySpan<int> items, WordChange? change)
    {
        Grow(ref _lengths, items.Length);
        for (int n = 0; n < items.Length; n++)
            _lengths[n] = data.Pieces[items[n]].Count;
        Sequences.Set(_lengths.AsSpan(0, items.Length));
        int rows = Sequences.RowCount;
        for (int c = 0; c < _columns.Length; c++)
            Grow(ref _columns[c], rows);
        Grow(ref _words, rows);
        Grow(ref _labels, rows);
        for (int n = 0; n < items.Length; n++)
        {
            PreparedSentence sentence = data.Pieces[items[n]];
            for (int t = 0; t < sentence.Count; t++)
            {
                int row = Sequences.Row(t, n);
                for (int c = 0; c < _columns.Length; c++)
                    _columns[c][row] = sentence.Columns[c][t];
                if (change?.Hides(_columns[0][row], items[n], t) == true)
                    _columns[0][row] = TokenTable.Unknown;
                _words[row] = sentence.Words[t];
                _labels[row] = sentence.Labels?[t] ?? -1;
            }
        }

        FillSpellings(data.Spellings, rows);
    }

    /// <summary>Numbers the different words from 0 and lays out their characters.</summary>
    private void FillSpellings(IReadOnlyList<int[]> spellings, int rows)
    {
        if (_places.Length < spellings.Count)
            _places = new int[spellings.Count];
        Grow(ref _spellings, rows);
        int count = 0;
        for (int row = 0; row < rows; row++)
        {
            ref int place = ref _places[_words[row]];
            if (place == 0)
            {
                _spellings[count++] = _words[row];
                place = count;
            }

            _words[row] = place - 1;
        }

        Grow(ref _lengths, count);
        for (int i = 0; i < count; i++)
        {
            _places[_spellings[i]] = 0;
            _lengths[i] = spellings[_spellings[i]].Length;
        }

        Spellings.Set(_lengths.AsSpan(0, count));
        Grow(ref _letters, Spellings.RowCount);
        for (int i = 0; i < count; i++)
        {
            int[] letters = spellings[_spellings[i]];
            for (int t = 0; t < letters.Length; t++)
                _letters[Spellings.Row(t, i)] = letters[t];
        }
    }

    private static void Grow(ref int[] numbers, int count)
    {
        if (numbers.Length < count)
            numbers = new int[count];
    }

    /// <summary>Which words are read as unknown ones in training.</summary>
    /// <param name="counts">How often each word occurs.</param>
    /// <param name="strength">a in a / (a + n), the probability for a word that occurs n times.</param>
    /// <param name="seed">The seed of all chance.</param>
    internal sealed class WordChange(int[] counts, float strength, ulong seed)
    {
        /// <summary>The epoch.</summary>
        internal int Epoch { get; set; }

        /// <summary>Whether a word is hidden at a place.</summary>
        internal bool Hides(int word, int sentence, int step) =>
            strength > 0 && CountedRandom.Uniform(seed, WordPlace, (ulong)sentence, (ulong)Epoch, (uint)step) < strength / (strength + counts[word]);
    }
}
