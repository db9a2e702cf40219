using Unfold.Data.Images;

namespace Unfold.Data.Augmentation;

/// <summary>
/// Random changes of images, one after the other, that make many training images of one. What happens to an image is a function of the seed, the
/// epoch and its number: threads, the order of images and resuming change nothing.
/// </summary>
/// <remarks>Cost: about 5 ns a pixel for all rotations, scalings, translations and flips together, 1 to 5 ns for each other change.</remarks>
public sealed class ImageAugmentation
{
    private readonly ImageTransform[] _transforms;

    /// <summary>Puts changes in a row.</summary>
    /// <param name="transforms">The changes, the first made first; none leaves images as they are.</param>
    public ImageAugmentation(params ReadOnlySpan<ImageTransform> transforms)
    {
        _transforms = transforms.ToArray();
    }

    /// <summary>No changes.</summary>
    public static ImageAugmentation None { get; } = new();

    /// <summary>The changes, the first made first.</summary>
    public IReadOnlyList<ImageTransform> Transforms => _transforms;

    /// <summary>The size that images have afterwards, in training and otherwise.</summary>
    /// <param name="input">Their size before.</param>
    /// <returns>Their size after all changes.</returns>
    /// <exception cref="OptionException">A crop is larger than the image.</exception>
    public ImageSize Output(ImageSize input)
    {
        foreach (ImageTransform transform in _transforms)
            input = transform.Output(input);
        return input;
    }

    /// <summary>Changes an image as in training.</summary>
    /// <param name="image">The pixels, <c>[C, H, W]</c>, 0 to 255.</param>
    /// <param name="size">C, H and W.</param>
    /// <param name="seed">The seed of all chance.</param>
    /// <param name="epoch">The epoch, from 0.</param>
    /// <param name="index">The image's number in its data set.</param>
    /// <returns>The pixels of the changed image, from 0 to 1, of the size that <see cref="Output"/> gives.</returns>
    public float[] Apply(ReadOnlySpan<byte> image, ImageSize size, ulong seed, int epoch, int index)
    {
        ImageBuffer buffer = new();
        buffer.Load(image, size);
        Apply(buffer, seed, epoch, index);
        return buffer.Pixels.ToArray();
    }

    /// <summary>Changes the image in a buffer as in training.</summary>
    internal void Apply(ImageBuffer buffer, ulong seed, long epoch, long index)
    {
        for (int i = 0; i < _transforms.Length; i++)
            _transforms[i].Apply(buffer, new Chance(seed, (uint)i, index, epoch));
    }

    /// <summary>Makes the changes of size alone, without chance: as outside training.</summary>
    internal void ApplyWithoutChance(ImageBuffer buffer)
    {
        foreach (ImageTransform transform in _transforms)
        {
            if (transform.Resizes)
                transform.ApplyWithoutChance(buffer);
        }
    }
}
