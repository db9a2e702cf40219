namespace Unfold.Data.Augmentation;

/// <summary>Mirrors an image, left to right or upside down, with a probability.</summary>
/// <param name="Vertical">Upside down instead of left to right.</param>
/// <param name="Probability">How often; from 0 to 1; default 0.5.</param>
public sealed record Flip(bool Vertical = false, float Probability = 0.5f) : ImageTransform
{
    /// <summary>How often; from 0 to 1.</summary>
    public float Probability { get; } = InRange(Probability is >= 0 and <= 1, Probability, "A flip's probability", "from 0 to 1");

    /// <inheritdoc/>
    internal override void Apply(ImageBuffer image, in Chance chance)
    {
        if (chance.Between(0, 0, 1) < Probability)
            image.Move(Vertical ? new Affine(1, 0, 0, 0, -1, 0) : new Affine(-1, 0, 0, 0, 1, 0));
    }
}

/// <summary>Turns an image about its centre by an angle drawn evenly from minus to plus some degrees.</summary>
/// <param name="Degrees">The greatest angle; from 0 to 180.</param>
public sealed record Rotation(float Degrees) : ImageTransform
{
    /// <summary>The greatest angle; from 0 to 180.</summary>
    public float Degrees { get; } = InRange(Degrees is >= 0 and <= 180, Degrees, "A rotation", "from 0 to 180 degrees");

    /// <inheritdoc/>
    internal override void Apply(ImageBuffer image, in Chance chance)
    {
        (float sin, float cos) = MathF.SinCos(chance.Between(0, -Degrees, Degrees) * (MathF.PI / 180));
        image.Move(new Affine(cos, sin, 0, -sin, cos, 0));
    }
}

/// <summary>Enlarges or shrinks an image about its centre by a factor drawn evenly from 1 - part to 1 + part.</summary>
/// <param name="Part">The greatest change; from 0 to below 1.</param>
public sealed record Scaling(float Part) : ImageTransform
{
    /// <summary>The greatest change; from 0 to below 1.</summary>
    public float Part { get; } = InRange(Part is >= 0 and < 1, Part, "A scaling", "from 0 to below 1");

    /// <inheritdoc/>
    internal override void Apply(ImageBuffer image, in Chance chance)
    {
        float back = 1 / chance.Between(0, 1 - Part, 1 + Part);
        image.Move(new Affine(back, 0, 0, 0, back, 0));
    }
}

/// <summary>Shifts an image by distances drawn evenly from minus to plus some pixels, across and down; what comes in is black.</summary>
/// <param name="Pixels">The greatest distance; 0 or more.</param>
public sealed record Translation(float Pixels) : ImageTransform
{
    /// <summary>The greatest distance; 0 or more.</summary>
    public float Pixels { get; } = InRange(Pixels is >= 0 and <= 8192, Pixels, "A translation", "from 0 to 8192 pixels");

    /// <inheritdoc/>
    internal override void Apply(ImageBuffer image, in Chance chance) =>
        image.Move(new Affine(1, 0, chance.Between(0, -Pixels, Pixels), 0, 1, chance.Between(1, -Pixels, Pixels)));
}
