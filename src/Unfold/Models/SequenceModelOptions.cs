using Unfold.Cells;
using Unfold.Layers;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>What a <see cref="SequenceModel"/> is made of and how it is trained.</summary>
public sealed record SequenceModelOptions : TrainingOptions
{
    /// <summary>The defaults: a GRU of 128 units, batches of 32, 50 epochs of 100 steps, Adam at 0.002 falling as half a cosine.</summary>
    public SequenceModelOptions()
    {
        Epochs = 50;
        LearningRate = 0.002f;
    }

    /// <summary>The layer that reads the sequences; default the library's <c>gru</c> with 128 units.</summary>
    public SequenceLayerOptions Layer { get; init; } = new RecurrentOptions(Cell.Named("gru"));

    /// <summary>
    /// A list of layers (docs/layers.md) that reads whole sequences, as <see cref="Unfold.Data.Synthetic.SequenceProblem.Item"/> has their shape, in place of <see cref="Layer"/>; null (default) for that one. It answers once, after the
    /// last step.
    /// </summary>
    public string? Layers { get; init; }

    /// <summary>Steps in an epoch, each over a batch of sequences that were never seen before; at least 1; default 100.</summary>
    public int Steps { get; init; } = 100;

    /// <summary>On how many sequences that training never sees the model is measured after each epoch, rounded up to whole batches; at least 1; default 512.</summary>
    public int ValidationSequences { get; init; } = 512;

    /// <summary>Training ends after the first epoch whose validation loss is below this; above 0; null (default) for the last epoch.</summary>
    public double? Until { get; init; }

    /// <inheritdoc/>
    internal override void Check()
    {
        base.Check();
        Require(Layer is not null, nameof(Layer), "a layer", "missing");
        Require(Steps >= 1, nameof(Steps), "a whole number of at least 1", Steps);
        Require(ValidationSequences >= 1, nameof(ValidationSequences), "a whole number of at least 1", ValidationSequences);
        Require(Until is null or > 0, nameof(Until), "a number above 0", Until);
    }
}
