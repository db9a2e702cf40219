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
                int left = Clamped(x0), up = Clamped(y0);
                Span<float> place = to.Slice(row * size.Width + column);
                if ((uint)left < (uint)(size.Width - 1) && (uint)up < (uint)(size.Height - 1))
                    Inside(from[(up * size.Width + left)..], place, size, x - x0, y - y0);
                else
                    AtEdge(from, place, size, left, up, x - x0, y - y0);
            }
        }
    }

    /// <summary>Far outside is outside: a number that an int can hold.</summary>
    private static int Clamped(float place) => (int)Math.Clamp(place, -2f, 1 << 20);

    /// <summary>All four neighbours are there: the usual case, and the one that takes the time.</summary>
    private static void Inside(ReadOnlySpan<float> from, Span<float> to, ImageSize size, float right, float down)
    {
        int plane = size.Plane;
        for (int c = 0, at = 0; c < size.Channels; c++, at += plane)
        {
            ReadOnlySpan<float> upper = from.Slice(at, 2);
            ReadOnlySpan<float> lower = from.Slice(at + size.Width, 2);
            to[at] = Between(upper[0], upper[1], lower[0], lower[1], right, down);
        }
    }

    private static void AtEdge(ReadOnlySpan<float> from, Span<float> to, ImageSize size, int x, int y, float right, float down)
    {
        int width = size.Width;
        int plane = size.Plane;
        bool left = (uint)x < (uint)width, next = (uint)(x + 1) < (uint)width;
        bool upper = (uint)y < (uint)size.Height, lower = (uint)(y + 1) < (uint)size.Height;
        for (int c = 0; c < size.Channels; c++)
        {
            int at = c * plane + y * width + x;
            to[c * plane] = Between(
                upper && left ? from[at] : 0, upper && next ? from[at + 1] : 0, lower && left ? from[at + width] : 0, lower && next ? from[at + width + 1] : 0, right, down);
        }
    }

    private static float Between(float v00, float v01, float v10, float v11, float right, float down)
    {
        float top = v00 + (v01 - v00) * right;
        float bottom = v10 + (v11 - v10) * right;
        return top + (bottom - top) * down;
    }
}
