using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Unfold.Data.Images;

/// <summary>
/// Images of one size with their classes. Pixels are kept as bytes, a quarter of the memory that numbers would take; 0 is black.
/// </summary>
/// <remarks>Shapes: pixels <c>[N, C, H, W]</c>, labels <c>[N]</c>. Never changes.</remarks>
public sealed class ImageDataset
{
    private readonly byte[] _pixels;
    private readonly int[] _labels;
    private readonly int[] _rows;

    /// <summary>Makes a data set of images that are there already.</summary>
    /// <param name="pixels">The bytes of all images, <c>[N, C, H, W]</c>; kept, not copied.</param>
    /// <param name="labels">Each image's class, 0 to the number of classes - 1; kept, not copied.</param>
    /// <param name="classes">The names of the classes.</param>
    /// <param name="size">C, H and W.</param>
    /// <exception cref="InputException">There are no images, their number is not that of the labels, or a label is out of range.</exception>
    public ImageDataset(byte[] pixels, int[] labels, IReadOnlyList<string> classes, ImageSize size)
        : this(pixels, labels, classes, size, Enumerable.Range(0, labels?.Length ?? 0).ToArray())
    {
        ArgumentNullException.ThrowIfNull(pixels);
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(classes);
        if (labels.Length == 0)
            throw new InputException("A data set needs at least one image, but there is none.");
        if (size.Channels < 1 || size.Height < 1 || size.Width < 1 || (long)labels.Length * size.Length != pixels.Length)
            throw new InputException($"{labels.Length} labels with images of {size} need {(long)labels.Length * size.Length} bytes of pixels, but there are {pixels.Length}.");
        int wrong = Array.FindIndex(labels, label => label < 0 || label >= classes.Count);
        if (wrong >= 0)
            throw new InputException($"Labels are from 0 to {classes.Count - 1}, but image {wrong} has the label {labels[wrong]}.");
    }

    private ImageDataset(byte[] pixels, int[] labels, IReadOnlyList<string> classes, ImageSize size, int[] rows)
    {
        _pixels = pixels;
        _labels = labels;
        _rows = rows;
        Classes = classes;
        Size = size;
    }

    /// <summary>N, the number of images.</summary>
    public int Count => _rows.Length;

    /// <summary>C, H and W.</summary>
    public ImageSize Size { get; }

    /// <summary>The names of the classes; a label is a place in this list.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>The bytes of an image, <c>[C, H, W]</c>.</summary>
    /// <param name="index">0 to N - 1.</param>
    public ReadOnlySpan<byte> Pixels(int index) => _pixels.AsSpan(_rows[index] * Size.Length, Size.Length);

    /// <summary>The class of an image.</summary>
    /// <param name="index">0 to N - 1.</param>
    public int Label(int index) => _labels[_rows[index]];

    /// <summary>Divides the images at random, each class in the same proportion; pixels are shared, not copied.</summary>
    /// <param name="share">The part that is held out of each class, from 0 to below 1.</param>
    /// <param name="seed">Decides which.</param>
    /// <returns>What is left for training, and what is held out; null where that is nothing. Both keep the order of the images.</returns>
    public (ImageDataset Training, ImageDataset? HeldOut) Split(double share, ulong seed)
    {
        if (!(share >= 0 && share < 1))
            throw new ArgumentOutOfRangeException(nameof(share), $"Split holds out a share from 0 to below 1, but got {share}.");
        if (share == 0 || Count < 2)
            return (this, null);
        Fold fold = Folds.HoldOut([.. Enumerable.Range(0, Count).Select(Label)], share, seed);
        return (Rows(fold.Training), Rows(fold.HeldOut));
    }

    /// <summary>The first images; all where there are not more.</summary>
    /// <param name="count">How many; 1 or more.</param>
    /// <returns>A data set that shares its pixels with this one.</returns>
    public ImageDataset Take(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return Rows([.. Enumerable.Range(0, Math.Min(count, Count))]);
    }

    /// <summary>The same images shifted by whole pixels; what comes in is black.</summary>
    /// <param name="down">Rows; negative for up.</param>
    /// <param name="right">Columns; negative for left.</param>
    /// <returns>A data set with pixels of its own.</returns>
    public ImageDataset Shifted(int down, int right)
    {
        byte[] pixels = new byte[Count * Size.Length];
        int from = Math.Max(0, -right), length = Size.Width - Math.Abs(right);
        for (int i = 0; i < Count; i++)
        {
            ReadOnlySpan<byte> before = Pixels(i);
            Span<byte> after = pixels.AsSpan(i * Size.Length, Size.Length);
            for (int row = 0; row < Size.Channels * Size.Height; row++)
            {
                int y = row % Size.Height + down;
                if (y >= 0 && y < Size.Height && length > 0)
                    before.Slice(row * Size.Width + from, length).CopyTo(after[((row + down) * Size.Width + from + right)..]);
            }
        }

        return new ImageDataset(pixels, [.. Enumerable.Range(0, Count).Select(Label)], Classes, Size);
    }

    /// <summary>The same images with the classes of another list.</summary>
    /// <param name="classes">The names of the classes.</param>
    /// <param name="places">Where each class of this data set stands in the list.</param>
    internal ImageDataset WithClasses(IReadOnlyList<string> classes, int[] places) =>
        new(_pixels, [.. _labels.Select(label => places[label])], classes, Size, _rows);

    /// <summary>What identifies the images and their classes: a checksum.</summary>
    internal string Fingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> label = stackalloc byte[4];
        for (int i = 0; i < Count; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(label, Label(i));
            hash.AppendData(label);
            hash.AppendData(Pixels(i));
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }

    /// <summary>As in <c>60,000 images of 1x28x28, 10 classes</c>.</summary>
    public override string ToString() => FormattableString.Invariant($"{Count:N0} images of {Size}, {Classes.Count} classes");

    private ImageDataset Rows(IReadOnlyList<int> indices) => new(_pixels, _labels, Classes, Size, [.. indices.Select(index => _rows[index])]);
}
