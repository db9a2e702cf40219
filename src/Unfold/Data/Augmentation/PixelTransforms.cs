namespace Unfold.Data.Augmentation;

/// <summary>Adds to every pixel one number drawn evenly from minus to plus an amount; results stay from 0 to 1.</summary>
/// <param name="Amount">The greatest change; from 0 to 1, which is from black to white.</param>
public sealed record Brightness(float Amount) : ImageTransform
{
    /// <summary>The greatest change; from 0 to 1.</summary>
    public float Amount { get; } = InRange(Amount is >= 0 and <= 1, Amount, "A change of brightness", "from 0 to 1");

    /// <inheritdoc/>
    internal override void Apply(ImageBuffer image, in Chance chance)
    {
        float change = chance.Between(0, -Amount, Amount);
        foreach (ref float pixel in image.Pixels)
            pixel = Math.Clamp(pixel + change, 0, 1);
    }
}

/// <summary>Multiplies every pixel's distance from the image's mean by a factor drawn evenly from 1 - part to 1 + part; results stay from 0 to 1.</summary>
/// <param name="Part">The greatest change; from 0 to 1.</param>
public sealed record Contrast(float Part) : ImageTransform
{
    /// <summary>The greatest change; from 0 to 1.</summary>
    public float Part { get; } = InRange(Part is >= 0 and <= 1, Part, "A change of contrast", "from 0 to 1");

    /// <inheritdoc/>
    internal override void Apply(ImageBuffer image, in Chance chance)
    {
        float factor = chance.Between(0, 1 - Part, 1 + Part);
        Span<float> pixels = image.Pixels;
        double sum = 0;
        foreach (float pixel in pixels)
            sum += pixel;
        float mean = (float)(sum / pixels.Length);
        foreach (ref float pixel in pixels)
            pixel = Math.Clamp(mean + (pixel - mean) * factor, 0, 1);
    }
}

/// <summary>Adds to each pixel a number of its own of the normal distribution; results stay from 0 to 1.</summary>
/// <param name="Deviation">Its standard deviation; from 0 to 1, which is from black to white.</param>
public sealed record Noise(float Deviation) : ImageTransform
{
    /// <summary>Its standard deviation; from 0 to 1.</summary>
    public float Deviation { get; } = InRange(Deviation is >= 0 and <= 1, Deviation, "Noise's deviation", "from 0 to 1");

    /// <inheritdoc/>
    internal override void Apply(ImageBuffer image, in Chance chance)
    {
        Span<float> pixels = image.Pixels;
        Span<float> normal = image.Scratch;
        Span<float> more = image.MoreScratch;
        chance.FillNormal(normal, more);
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = Math.Clamp(pixels[i] + Deviation * normal[i], 0, 1);
    }
}

/// <summary>Blackens a square whose centre is anywhere in the image: the network must not rely on any one part.</summary>
/// <param name="Side">The square's side in pixels; 1 or more. What would lie outside is cut off.</param>
/// <remarks>Source: DeVries and Taylor, Improved regularization of convolutional neural networks with cutout, 2017.</remarks>
public sealed record CutOut(int Side) : ImageTransform
{
    /// <summary>The square's side in pixels; 1 to 8192.</summary>
    public int Side { get; } = InRange(Side is >= 1 and <= 8192, Side, "A cut-out's side", "from 1 to 8192 pixels");

    /// <inheritdoc/>
    internal override void Apply(ImageBuffer image, in Chance chance)
    {
        Span<float> pixels = image.Pixels;
        int height = image.Size.Height, width = image.Size.Width;
        int top = chance.Below(0, height) - Side / 2, left = chance.Below(1, width) - Side / 2;
        int first = Math.Max(0, left), last = Math.Min(width, left + Side);
        for (int channel = 0; channel < image.Size.Channels; channel++)
        {
            for (int y = Math.Max(0, top); y < Math.Min(height, top + Side); y++)
                pixels.Slice((channel * height + y) * width + first, last - first).Clear();
        }
    }
}
