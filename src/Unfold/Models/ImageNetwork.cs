using Unfold.Autodiff;
using Unfold.Data.Augmentation;
using Unfold.Data.Images;
using Unfold.Layers;
using Unfold.Notation;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>An image classifier's layers, from pixels to a score for each class.</summary>
internal sealed class ImageNetwork : IModelNetwork
{
    /// <summary>Builds the layers; their parameters have no values until <see cref="ParameterSet.Allocate"/>.</summary>
    /// <exception cref="NotationException">The layers or the augmentation are wrong, or a layer does not fit what comes into it.</exception>
    /// <exception cref="OptionException">A crop is larger than the images.</exception>
    internal ImageNetwork(ImageClassifierOptions options, ImageSize size, int classes)
    {
        Augmentation = AugmentationNotation.ParseImages(options.Augment);
        Input = Augmentation.Output(size);
        Plan = NetworkPlan.Parse(options.Layers, new Shape(Input.Channels, Input.Height, Input.Width)).WithOutput(classes);
        Layers = Plan.Build(Parameters);
    }

    /// <summary>What is done to training images.</summary>
    internal ImageAugmentation Augmentation { get; }

    /// <summary>The size of images as the network sees them: after crops and padding.</summary>
    internal ImageSize Input { get; }

    /// <summary>The layers with their shapes.</summary>
    internal NetworkPlan Plan { get; }

    /// <inheritdoc/>
    public ParameterSet Parameters { get; } = new();

    /// <inheritdoc/>
    public IEnumerable<RecurrentPart> RecurrentParts => [];

    /// <summary>The layers: <c>[N, C, H, W]</c> to scores <c>[N, V]</c>.</summary>
    internal Sequential Layers { get; }
}
