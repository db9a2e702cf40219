using Unfold.Data.Images;

namespace Unfold.Data.Augmentation;

/// <summary>
/// An image on its way through transforms, pixels from 0 to 1, with memory for each step. Rotations, scalings, shifts and flips are gathered and
/// resampled once, so that an image is blurred once however many there are.
/// </summary>
internal sealed class ImageBuffer
{
    private float[] _current = [];
    private float[] _other = [];
    private float[] _more = [];
    private bool _moved;
    private Affine _map;

    /// <summary>The size at the moment.</summary>
    internal ImageSize Size { get; private set; }

    /// <summary>The pixels at the moment, <c>[C, H, W]</c>; resamples first what was gathered.</summary>
    internal Span<float> Pixels
    {
        get
        {
            Resample();
            return _current.AsSpan(0, Size.Length);
        }
    }

    /// <summary>Memory as large as the image.</summary>
    internal Span<float> Scratch => _other.AsSpan(0, Size.Length);

    /// <summary>More memory as large as the image.</summary>
    internal Span<float> MoreScratch
    {
        get
        {
            Reserve(ref _more, Size.Length);
            return _more.AsSpan(0, Size.Length);
        }
    }

    /// <summary>Begins with an image's bytes.</summary>
    internal void Load(ReadOnlySpan<byte> pixels, ImageSize size)
    {
        Begin(size);
        for (int i = 0; i < pixels.Length; i++)
            _current[i] = pixels[i] * (1f / 255);
    }

    /// <summary>Begins with an image's pixels from 0 to 1.</summary>
    internal void Load(ReadOnlySpan<float> pixels, ImageSize size)
    {
        Begin(size);
        pixels.CopyTo(_current);
    }

    /// <summary>Adds a transform of places: where a pixel of the result is taken from.</summary>
    internal void Move(Affine back)
    {
        _map = _moved ? _map.After(back) : back;
        _moved = true;
    }

    /// <summary>Replaces the image by one of another size that shows a part of it, black where it is not: pixel (y, x) is pixel (y + top, x + left) of before.</summary>
    internal void Cut(int top, int left, int height, int width)
    {
        Resample();
        ImageSize before = Size;
        ImageSize after = before with { Height = height, Width = width };
        Reserve(ref _other, after.Length);
        _other.AsSpan(0, after.Length).Clear();
        int from = Math.Max(0, -left), to = Math.Min(width, before.Width - left);
        for (int row = 0; row < before.Channels * height; row++)
        {
            int y = row % height + top;
            if (y >= 0 && y < before.Height && to > from)
                _current.AsSpan((row / height * before.Height + y) * before.Width + left + from, to - from).CopyTo(_other.AsSpan(row * width + from));
        }

        Exchange(after);
    }

    private void Begin(ImageSize size)
    {
        Reserve(ref _current, size.Length);
        Reserve(ref _other, size.Length);
        Size = size;
        _moved = false;
    }

    private void Resample()
    {
        if (!_moved)
            return;
        _moved = false;
        Reserve(ref _other, Size.Length);
        _map.Resample(_current, _other, Size);
        Exchange(Size);
    }

    private void Exchange(ImageSize size)
    {
        (_current, _other) = (_other, _current);
        Reserve(ref _other, size.Length);
        Size = size;
    }

    private static void Reserve(ref float[] memory, int length)
    {
        if (memory.Length < length)
            Array.Resize(ref memory, length);
    }
}
