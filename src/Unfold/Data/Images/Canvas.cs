using Unfold.Formats.Png;

namespace Unfold.Data.Images;

/// <summary>A picture to draw small images on, in red, green and blue, grey where nothing was drawn.</summary>
internal sealed class Canvas
{
    private const byte Background = 96;

    private readonly byte[] _values;
    private readonly int _scale;
    private readonly int _width;
    private readonly int _height;

    /// <summary>Makes an empty picture.</summary>
    /// <param name="width">Its width in pixels of the images.</param>
    /// <param name="height">Its height in pixels of the images.</param>
    /// <param name="scale">Pixels of the picture for one of an image, across and down.</param>
    /// <exception cref="InputException">The picture would be larger than any program shows.</exception>
    internal Canvas(int width, int height, int scale)
    {
        if ((long)width * scale > PngHeader.MostPixels * 2L || (long)height * scale > PngHeader.MostPixels * 4L)
            throw new InputException($"The picture would be {(long)width * scale} by {(long)height * scale} pixels large: ask for less.");
        _scale = scale;
        _width = width * scale;
        _height = height * scale;
        _values = new byte[3 * _width * _height];
        Array.Fill(_values, Background);
    }

    /// <summary>How far small images are to be enlarged so that a person sees their pixels.</summary>
    internal static int ScaleFor(int side) => Math.Clamp(64 / Math.Max(1, side), 1, 8);

    /// <summary>Draws an image.</summary>
    /// <param name="left">Its place in pixels of the images.</param>
    /// <param name="top">Its place in pixels of the images.</param>
    /// <param name="size">Its size; one channel is grey, of several the first three are red, green and blue.</param>
    /// <param name="pixels">Its pixels from 0 to 1, <c>[C, H, W]</c>.</param>
    internal void Draw(int left, int top, ImageSize size, ReadOnlySpan<float> pixels)
    {
        for (int y = 0; y < size.Height; y++)
        {
            for (int x = 0; x < size.Width; x++)
            {
                for (int c = 0; c < 3; c++)
                {
                    float value = pixels[(size.Channels >= 3 ? c : 0) * size.Plane + y * size.Width + x];
                    Set(left + x, top + y, c, (byte)Math.Clamp((int)MathF.Round(value * 255), 0, 255));
                }
            }
        }
    }

    /// <summary>Draws numbers about zero: blue below, white zero, red above.</summary>
    internal void DrawSigned(int left, int top, int height, int width, ReadOnlySpan<float> values, float greatest)
    {
        for (int at = 0; at < height * width; at++)
        {
            float part = Math.Clamp(greatest > 0 ? values[at] / greatest : 0, -1, 1);
            byte pale = (byte)MathF.Round(255 * (1 - Math.Abs(part)));
            int x = left + at % width, y = top + at / width;
            Set(x, y, 0, part >= 0 ? (byte)255 : pale);
            Set(x, y, 1, pale);
            Set(x, y, 2, part <= 0 ? (byte)255 : pale);
        }
    }

    /// <summary>Writes the picture.</summary>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    internal void Save(string path) => new PngImage(_width, _height, 3, _values).Save(path);

    private void Set(int x, int y, int channel, byte value)
    {
        for (int row = 0; row < _scale; row++)
            _values.AsSpan((channel * _height + y * _scale + row) * _width + x * _scale, _scale).Fill(value);
    }
}
