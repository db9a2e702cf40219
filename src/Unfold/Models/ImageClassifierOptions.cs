using System.Text.Json.Serialization;
using Unfold.Notation;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>What an image classifier is made of and how it is trained. The defaults are a small convolutional network for small images.</summary>
public sealed record ImageClassifierOptions : TrainingOptions
{
    /// <summary>The defaults: batches of 64, Adam at 0.002 falling as half a cosine, 10 epochs, no clipping.</summary>
    public ImageClassifierOptions()
    {
        Batch = 64;
        LearningRate = 0.002f;
        ClipNorm = null;
    }

    /// <summary>
    /// The layers as a list, without the last one, which has an output for each class and is added: see <see cref="NetworkPlan"/>. Default: two convolutions of 32
    /// and 64 channels with batch normalisation and pooling, then 128 units.
    /// </summary>
    [JsonIgnore]
    public string Layers { get; init; } =
        "conv 3x3 32 same, batch_norm, relu, pool 2, conv 3x3 64 same, batch_norm, relu, pool 2, flatten, dropout 0.3, linear 128, relu";

    /// <summary>What is done to training images, as a list: see <see cref="AugmentationNotation"/>; empty (default) for nothing.</summary>
    [JsonIgnore]
    public string Augment { get; init; } = "";

    /// <summary>
    /// The share of the training images, of each class alike, that is held out and measured after each epoch; in [0, 0.9]. Null (default): 0.1 where there are no images
    /// to test on, else 0.
    /// </summary>
    public double? Validation { get; init; }

    /// <inheritdoc/>
    internal override void Check()
    {
        base.Check();
        Require(Layers is not null, nameof(Layers), "a list of layers", Layers);
        Require(Augment is not null, nameof(Augment), "a list of augmentations", Augment);
        Require(Validation is null or (>= 0 and <= 0.9), nameof(Validation), "a number from 0 to 0.9", Validation);
    }
}
