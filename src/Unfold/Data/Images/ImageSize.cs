namespace Unfold.Data.Images;

/// <summary>The size of an image: channels, rows and columns, written <c>1x28x28</c>.</summary>
/// <param name="Channels">C: 1 for shades of grey, 3 for red, green and blue.</param>
/// <param name="Height">H, the rows.</param>
/// <param name="Width">W, the columns.</param>
public readonly record struct ImageSize(int Channels, int Height, int Width)
{
    /// <summary>The number of values of an image: C H W.</summary>
    public int Length => checked(Channels * Height * Width);

    /// <summary>The number of values of one channel: H W.</summary>
    public int Plane => Height * Width;

    /// <summary>As in <c>1x28x28</c>.</summary>
    public override string ToString() => $"{Channels}x{Height}x{Width}";
}
