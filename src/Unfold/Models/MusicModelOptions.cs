using System.Text.Json.Serialization;
using Unfold.Layers;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>What a model of music is made of and how it is trained.</summary>
public sealed record MusicModelOptions : TrainingOptions
{
    /// <summary>The defaults: a GRU of 256 units, batches of 4 pieces, Adam at 0.003 falling as half a cosine, 150 epochs, pieces moved by up to 5 semitones.</summary>
    public MusicModelOptions()
    {
        Batch = 4;
        Epochs = 150;
        LearningRate = 0.003f;
    }

    /// <summary>The layer that reads the steps.</summary>
    [JsonIgnore]
    public SequenceLayerOptions Layer { get; init; } = new RecurrentOptions(Cells.Cell.Named("gru")) { Hidden = 256 };

    /// <summary>By how many semitones, at most, a piece is moved up or down in training, as far as its range allows; 0 to 11; default 5.</summary>
    public int Transpose { get; init; } = 5;

    /// <summary>The probability with which an input note is left out in training; from 0, the default, to below 1.</summary>
    public float InputDropout { get; init; }

    /// <summary>The probability with which an output of the layer is zero in training; from 0 to below 1; default 0.3.</summary>
    public float OutputDropout { get; init; } = 0.3f;

    /// <summary>How many steps a quarter note has, for whoever writes music down; 1 to 48; default 1.</summary>
    public int StepsPerQuarter { get; init; } = 1;

    /// <inheritdoc/>
    internal override void Check()
    {
        base.Check();
        Require(Layer is not null, nameof(Layer), "the options of a layer", "missing");
        Require(Transpose is >= 0 and <= 11, nameof(Transpose), "a whole number from 0 to 11", Transpose);
        Require(InputDropout is >= 0 and < 1, nameof(InputDropout), "a number from 0 to below 1", InputDropout);
        Require(OutputDropout is >= 0 and < 1, nameof(OutputDropout), "a number from 0 to below 1", OutputDropout);
        Require(StepsPerQuarter is >= 1 and <= 48, nameof(StepsPerQuarter), "a whole number from 1 to 48", StepsPerQuarter);
    }
}
