using Unfold.Data.Augmentation;

namespace Unfold.Data.Images;

/// <summary>From the bytes of a data set to what a network reads: augmentation, then normalisation. For one thread at a time.</summary>
internal sealed class ImagePreparation(ImageAugmentation augmentation, ImageNormalization normalization)
{
    private readonly ImageBuffer _buffer = new();

    /// <summary>Prepares an image as in training.</summary>
    internal void Train(ReadOnlySpan<byte> pixels, ImageSize size, ulong seed, long epoch, int index, Span<float> image)
    {
        _buffer.Load(pixels, size);
        augmentation.Apply(_buffer, seed, epoch, index);
        Finish(image);
    }

    /// <summary>Prepares an image as outside training.</summary>
    internal void Use(ReadOnlySpan<byte> pixels, ImageSize size, Span<float> image)
    {
        _buffer.Load(pixels, size);
        augmentation.ApplyWithoutChance(_buffer);
        Finish(image);
    }

    /// <summary>Fills a batch with some images of a data set in their order, as outside training.</summary>
    internal void Fill(ImageBatch batch, ImageDataset data, int first, int count)
    {
        batch.Count = count;
        for (int i = 0; i < count; i++)
        {
            Use(data.Pixels(first + i), data.Size, batch.Image(i));
            batch.Labels[i] = data.Label(first + i);
        }
    }

    private void Finish(Span<float> image)
    {
        Span<float> pixels = _buffer.Pixels;
        normalization.Apply(pixels, _buffer.Size.Plane);
        pixels.CopyTo(image);
    }
}
