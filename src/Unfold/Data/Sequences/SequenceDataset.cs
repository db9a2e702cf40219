using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Unfold.Data.Sequences;

/// <summary>Sequences of different lengths with their classes, and where each came from. Never changes.</summary>
public sealed class SequenceDataset
{
    private readonly IReadOnlyList<SequenceItem> _items;

    /// <summary>Makes a data set of sequences that are there already.</summary>
    /// <param name="input">What they are made of.</param>
    /// <param name="width">C, the numbers at each step of a series; the samples a second of recordings; 0 for text.</param>
    /// <param name="classes">The names of the classes.</param>
    /// <param name="items">The sequences.</param>
    /// <exception cref="InputException">There is no sequence, one is empty or of another kind or width, or a label is out of range.</exception>
    public SequenceDataset(SequenceInput input, int width, IReadOnlyList<string> classes, IReadOnlyList<SequenceItem> items)
    {
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(items);
        if (items.Count == 0)
            throw new InputException("A data set needs at least one sequence, but there is none.");
        foreach (SequenceItem item in items)
        {
            bool fits = input == SequenceInput.Text ? item.Text.Length > 0 : item.Values.Length > 0 && (input == SequenceInput.Audio || (width > 0 && item.Values.Length % width == 0));
            if (!fits)
                throw new InputException($"{item.Place}: the sequence is empty{(item.Values.Length > 0 ? $", or its {item.Values.Length} numbers are no steps of {width}" : "")}.");
            if (item.Labels.Any(label => label < 0 || label >= classes.Count))
                throw new InputException($"{item.Place}: labels are from 0 to {classes.Count - 1}, but this sequence has {string.Join(", ", item.Labels)}.");
        }

        (Input, Width, Classes, _items) = (input, width, classes, items);
    }

    /// <summary>What the sequences are made of.</summary>
    public SequenceInput Input { get; }

    /// <summary>C, the numbers at each step of a series; the samples a second of recordings; 0 for text.</summary>
    public int Width { get; }

    /// <summary>The names of the classes; a label is a place in this list.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>N, the number of sequences.</summary>
    public int Count => _items.Count;

    /// <summary>Whether a sequence has not exactly one label.</summary>
    public bool HasSeveralLabels => _items.Any(item => item.Labels.Count != 1);

    /// <summary>What was handled while reading and a person should know, as in <c>2 empty lines were left out</c>.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>A sequence.</summary>
    /// <param name="index">0 to N - 1.</param>
    public SequenceItem this[int index] => _items[index];

    /// <summary>Some of the sequences, in the order given; nothing is copied.</summary>
    /// <param name="items">Their numbers; one or more.</param>
    public SequenceDataset Select(IReadOnlyList<int> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return new SequenceDataset(Input, Width, Classes, [.. items.Select(item => _items[item])]);
    }

    /// <summary>For each sequence a number that those of the same labels share: by it classes are divided evenly.</summary>
    public int[] Strata()
    {
        Dictionary<string, int> strata = [];
        return [.. _items.Select(item => string.Join(',', item.Labels)).Select(key => strata.TryGetValue(key, out int number) ? number : strata[key] = strata.Count)];
    }

    /// <summary>Divides the sequences at random, each class in the same proportion.</summary>
    /// <param name="share">The part that is held out of each class, from 0 to below 1.</param>
    /// <param name="seed">Decides which.</param>
    /// <returns>What is left for training, and what is held out; null where that is nothing. Both keep the order of the sequences.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The share is out of range.</exception>
    public (SequenceDataset Training, SequenceDataset? HeldOut) Split(double share, ulong seed)
    {
        if (!(share >= 0 && share < 1))
            throw new ArgumentOutOfRangeException(nameof(share), $"Split holds out a share from 0 to below 1, but got {share}.");
        if (share == 0 || Count < 2)
            return (this, null);
        Fold fold = Folds.HoldOut(Strata(), share, seed);
        return (Select(fold.Training), Select(fold.HeldOut));
    }

    /// <summary>The same sequences with the numbers that another list gives their classes.</summary>
    /// <param name="classes">The other list.</param>
    /// <exception cref="InputException">A sequence has a class that is not in the list.</exception>
    public SequenceDataset WithClasses(IReadOnlyList<string> classes)
    {
        ArgumentNullException.ThrowIfNull(classes);
        if (classes.SequenceEqual(Classes))
            return this;
        Dictionary<string, int> numbers = classes.Select((name, number) => (name, number)).ToDictionary(pair => pair.name, pair => pair.number);
        return new SequenceDataset(Input, Width, classes, [.. _items.Select(item => item with { Labels = [.. item.Labels.Select(label => Number(item, label))] })]) { Notes = Notes };

        int Number(SequenceItem item, int label) => numbers.TryGetValue(Classes[label], out int number)
            ? number
            : throw new InputException($"{item.Place}: the label '{Classes[label]}' is not among the {classes.Count} that the model knows: {string.Join(", ", classes.Take(20))}{(classes.Count > 20 ? ", …" : "")}.");
    }

    /// <summary>What identifies the sequences and their classes: a checksum.</summary>
    internal string Fingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[4];
        hash.AppendData(Encoding.UTF8.GetBytes($"{Input} {Width} {string.Join('\n', Classes)}"));
        foreach (SequenceItem item in _items)
        {
            foreach (int part in (int[])[item.Values.Length, item.Text.Length, .. item.Labels])
            {
                BinaryPrimitives.WriteInt32LittleEndian(number, part);
                hash.AppendData(number);
            }

            hash.AppendData(MemoryMarshal.AsBytes(item.Values.AsSpan()));
            hash.AppendData(Encoding.UTF8.GetBytes(item.Text));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>The data set for a person.</summary>
    /// <returns>As in <c>300 series of 1 channel, 6 classes</c>.</returns>
    public override string ToString()
    {
        string what = Input switch
        {
            SequenceInput.Text => Count == 1 ? "text" : "texts",
            SequenceInput.Audio => $"{(Count == 1 ? "recording" : "recordings")} of {Width} Hz",
            _ => $"series of {Width} {(Width == 1 ? "channel" : "channels")}",
        };
        return FormattableString.Invariant($"{Count:N0} {what}, {Classes.Count} classes");
    }
}

/// <summary>A sequence with its labels.</summary>
/// <param name="Values">The numbers of a series, <c>[T, C]</c>, or a recording's samples; empty for text.</param>
/// <param name="Text">The text; empty for anything else.</param>
/// <param name="Labels">The numbers of its classes: one, or any number where a sequence may have several.</param>
/// <param name="Place">Where it came from, as messages begin: <c>'data.csv', line 3</c>.</param>
public sealed record SequenceItem(float[] Values, string Text, IReadOnlyList<int> Labels, string Place);
