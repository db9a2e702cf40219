using Unfold.Data.Images;

namespace Unfold.Data.Augmentation;

/// <summary>Where a pixel of the result is taken from, both counted from the image's centre: <c>x = A x' + B y' + C</c>, <c>y = D x' + E y' + F</c>.</summary>
internal readonly record struct Affine(float A, float B, float C, float D, float E, float F)
{
    /// <summary>This map applied to what <paramref name="later"/> gives: a transform that comes later is undone first.</summary>
    internal Affine After(Affine later) => new(
        A * later.A + B * later.D, A * later.B + B * later.E, A * later.C + B * later.F + C,
        D * later.A + E * later.D, D * later.B + E * later.E, D * later.C + E * later.F + F);

    /// <summary>Draws an image anew by linear interpolation between the four nearest pixels; black outside.</summary>
    internal void Resample(ReadOnlySpan<float> from, Span<float> to, ImageSize size)
    {
        float middleX = (size.Width - 1) * 0.5f;
        float middleY = (size.Height - 1) * 0.5f;
        for (int row = 0; row < size.Height; row++)
        {
            for (int column = 0; column < size.Width; column++)
            {
                float dx = column - middleX;
                float dy = row - middleY;
                float x = A * dx + B * dy + C + middleX;
                float y = D * dx + E * dy + F + middleY;
                float x0 = MathF.Floor(x);
                float y0 = MathF.Floor(y);
                Sample(from, to.Slice(row * size.Width + column), size, Clamped(x0), Clamped(y0), x - x0, y - y0);
            }
        }
    }

    /// <summary>Far outside is outside: a number that an int can hold.</summary>
    private static int Clamped(float place) => (int)Math.Clamp(place, -2f, 1 << 20);

    private static void Sample(ReadOnlySpan<float> from, Span<float> to, ImageSize size, int x, int y, float right, float down)
    {
        int width = size.Width;
        int plane = size.Plane;
        bool left = (uint)x < (uint)width, next = (uint)(x + 1) < (uint)width;
        bool upper = (uint)y < (uint)size.Height, lower = (uint)(y + 1) < (uint)size.Height;
        for (int c = 0; c < size.Channels; c++)
        {
            int at = c * plane + y * width + x;
            float v00 = upper && left ? from[at] : 0, v01 = upper && next ? from[at + 1] : 0;
            float v10 = lower && left ? from[at + width] : 0, v11 = lower && next ? from[at + width + 1] : 0;
            float top = v00 + (v01 - v00) * right;
            float bottom = v10 + (v11 - v10) * right;
            to[c * plane] = top + (bottom - top) * down;
        }
    }
}
