using Unfold.Tensors;

namespace Unfold.Data.Images;

/// <summary>Memory for some images that a network reads at once.</summary>
internal sealed class ImageBatch
{
    private readonly Tensor _images;

    /// <summary>Takes memory.</summary>
    /// <param name="capacity">The most images.</param>
    /// <param name="size">Their size as the network sees them.</param>
    internal ImageBatch(int capacity, ImageSize size)
    {
        _images = Tensor.Zeros(new Shape(capacity, size.Channels, size.Height, size.Width));
        Labels = new int[capacity];
    }

    /// <summary>How many images there are at the moment.</summary>
    internal int Count { get; set; }

    /// <summary>The images, <c>[N, C, H, W]</c>.</summary>
    internal Tensor Images => _images.Slice(0, Count);

    /// <summary>Their classes; the first <see cref="Count"/> count.</summary>
    internal int[] Labels { get; }

    /// <summary>The memory of one image.</summary>
    internal Span<float> Image(int place)
    {
        int length = _images.Shape.Length / Labels.Length;
        return _images.Span.Slice(place * length, length);
    }
}
