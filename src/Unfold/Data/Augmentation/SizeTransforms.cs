using Unfold.Data.Images;

namespace Unfold.Data.Augmentation;

/// <summary>Shows a part of an image: anywhere in training, its middle otherwise.</summary>
/// <param name="Height">Rows of the part; 1 to those of the image.</param>
/// <param name="Width">Columns of the part; 1 to those of the image.</param>
public sealed record Crop(int Height, int Width) : ImageTransform
{
    /// <inheritdoc/>
    internal override bool Resizes => true;

    /// <inheritdoc/>
    internal override ImageSize Output(ImageSize input)
    {
        if (Height < 1 || Width < 1 || Height > input.Height || Width > input.Width)
            throw new OptionException("Augmentation", $"A crop of {Height}x{Width} must fit into the image, which is {input.Height}x{input.Width} there.");
        return input with { Height = Height, Width = Width };
    }

    /// <inheritdoc/>
    internal override void Apply(ImageBuffer image, in Chance chance) =>
        image.Cut(chance.Below(0, image.Size.Height - Height + 1), chance.Below(1, image.Size.Width - Width + 1), Height, Width);

    /// <inheritdoc/>
    internal override void ApplyWithoutChance(ImageBuffer image) => image.Cut((image.Size.Height - Height) / 2, (image.Size.Width - Width) / 2, Height, Width);
}

/// <summary>Surrounds an image with black.</summary>
/// <param name="Pixels">How many on each side; 0 to 1024.</param>
public sealed record Pad(int Pixels) : ImageTransform
{
    /// <summary>How many on each side; 0 to 1024.</summary>
    public int Pixels { get; } = InRange(Pixels is >= 0 and <= 1024, Pixels, "A padding", "from 0 to 1024 pixels");

    /// <inheritdoc/>
    internal override bool Resizes => true;

    /// <inheritdoc/>
    internal override ImageSize Output(ImageSize input) => input with { Height = input.Height + 2 * Pixels, Width = input.Width + 2 * Pixels };

    /// <inheritdoc/>
    internal override void Apply(ImageBuffer image, in Chance chance) => ApplyWithoutChance(image);

    /// <inheritdoc/>
    internal override void ApplyWithoutChance(ImageBuffer image) => image.Cut(-Pixels, -Pixels, image.Size.Height + 2 * Pixels, image.Size.Width + 2 * Pixels);
}
