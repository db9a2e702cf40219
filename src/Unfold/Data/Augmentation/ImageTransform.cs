using Unfold.Data.Images;

namespace Unfold.Data.Augmentation;

/// <summary>One random change of an image, pixels from 0 to 1. What it does to an image is a function of the seed, the epoch and the image's number.</summary>
public abstract record ImageTransform
{
    private protected ImageTransform()
    {
    }

    /// <summary>Whether the size of the result is another one: then the change is made outside training as well, there without chance.</summary>
    internal virtual bool Resizes => false;

    /// <summary>The size of the result.</summary>
    /// <exception cref="OptionException">Images of this size cannot be changed so.</exception>
    internal virtual ImageSize Output(ImageSize input) => input;

    /// <summary>Changes an image.</summary>
    internal abstract void Apply(ImageBuffer image, in Chance chance);

    /// <summary>Changes an image as it is done outside training: without chance.</summary>
    internal virtual void ApplyWithoutChance(ImageBuffer image)
    {
    }

    /// <summary>Throws unless an amount is in range.</summary>
    private protected static T InRange<T>(bool inRange, T value, string what, string range) =>
        inRange ? value : throw new OptionException("Augmentation", $"{what} must be {range}, but is {value}.");
}
