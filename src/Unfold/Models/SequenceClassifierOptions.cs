using System.Text.Json.Serialization;
using Unfold.Data;
using Unfold.Layers;
using Unfold.Notation;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>What a sequence classifier is made of and how it is trained.</summary>
public sealed record SequenceClassifierOptions : TrainingOptions
{
    /// <summary>The defaults: a GRU of 128 units, batches of 32, Adam at 0.002 falling as half a cosine, 20 epochs.</summary>
    public SequenceClassifierOptions()
    {
        Epochs = 20;
        LearningRate = 0.002f;
    }

    /// <summary>The layers that read the sequences.</summary>
    [JsonIgnore]
    public SequenceEncoderOptions Encoder { get; init; } = new();

    /// <summary>What is taken of the layers' outputs; null (default) for the greatest of texts and the mean of all else.</summary>
    public SequenceReading? Reading { get; init; }

    /// <summary>Of texts: the size of a token's vector; at least 1; default 64.</summary>
    public int Embedding { get; init; } = 64;

    /// <summary>The probability with which an input of the first layer and of the last is zero in training; from 0, the default, to below 1.</summary>
    public float EdgeDropout { get; init; }

    /// <summary>The probability with which a token is read as an unknown one in training; from 0, the default, to below 1.</summary>
    public float TokenDropout { get; init; }

    /// <summary>How much of the probability training gives to all classes alike; from 0, the default, to below 1.</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>Of texts: what is read one of at a time; null (default) for words where texts have three or more on average, else characters.</summary>
    public TokenKind? Tokens { get; init; }

    /// <summary>Of texts: the most tokens in the vocabulary, the commonest first; at least 2; null (default) for all characters or 10,000 words.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>Of texts: whether each is a sequence of sentences, of which each is read by layers of its own first. Default false.</summary>
    public bool Sentences { get; init; }

    /// <summary>Of recordings: how many bands of frequency there are at each step; 1 to 256; default 40.</summary>
    public int Bands { get; init; } = 40;

    /// <summary>
    /// Whether each channel of each series or recording is brought to mean 0 and deviation 1 over its own steps, beside what is done to all alike: what is constant in a sequence, such as a microphone
    /// or a voice, then tells nothing. Such a model cannot stream. Default false.
    /// </summary>
    public bool NormalizeEach { get; init; }

    /// <summary>Longer sequences are cut off behind so many steps, and counted; at least 1; default 10,000.</summary>
    public int MaxSteps { get; init; } = 10_000;

    /// <summary>What is done to training series, as a list: see <see cref="AugmentationNotation"/>; empty (default) for nothing.</summary>
    [JsonIgnore]
    public string Augment { get; init; } = "";

    /// <summary>Whether a sequence may have any number of classes, each with a probability of its own. Default false.</summary>
    public bool MultiLabel { get; init; }

    /// <summary>The share of the sequences, of each class alike, that is put aside first and measured once at the end, where the files name none to test on; in [0, 0.9]; default 0.</summary>
    public double TestShare { get; init; }

    /// <summary>
    /// The share of the other sequences, of each class alike, that is held out and measured after each epoch; in [0, 0.9]. Null (default): 0.1 where there are none to
    /// test on, else 0.
    /// </summary>
    public double? Validation { get; init; }

    /// <summary>
    /// Whether simple classifiers are measured beside the network, on the sequences that are tested or else held out: the commonest class; of texts naive Bayes and a linear classifier
    /// on tokens and pairs; of anything else the nearest neighbour, also with time warped by a tenth. Default false.
    /// </summary>
    [JsonIgnore]
    public bool Baseline { get; init; }

    /// <inheritdoc/>
    internal override void Check()
    {
        base.Check();
        Require(Encoder?.Layer is not null, nameof(Encoder), "the options of an encoder", "missing");
        Require(Reading is null || Enum.IsDefined(Reading.Value), nameof(Reading), "one of those that there are", Reading);
        Require(Embedding is >= 1 and <= 1 << 16, nameof(Embedding), "a whole number from 1 to 65536", Embedding);
        Require(EdgeDropout is >= 0 and < 1, nameof(EdgeDropout), "a number from 0 to below 1", EdgeDropout);
        Require(TokenDropout is >= 0 and < 1, nameof(TokenDropout), "a number from 0 to below 1", TokenDropout);
        Require(LabelSmoothing is >= 0 and < 1, nameof(LabelSmoothing), "a number from 0 to below 1", LabelSmoothing);
        Require(Tokens is null || Enum.IsDefined(Tokens.Value), nameof(Tokens), "one of those that there are", Tokens);
        Require(VocabularySize is null or >= 2, nameof(VocabularySize), "a whole number of at least 2", VocabularySize);
        Require(Bands is >= 1 and <= 256, nameof(Bands), "a whole number from 1 to 256", Bands);
        Require(MaxSteps >= 1, nameof(MaxSteps), "a whole number of at least 1", MaxSteps);
        Require(Augment is not null, nameof(Augment), "a list of augmentations", Augment);
        Require(TestShare is >= 0 and <= 0.9, nameof(TestShare), "a number from 0 to 0.9", TestShare);
        Require(Validation is null or (>= 0 and <= 0.9), nameof(Validation), "a number from 0 to 0.9", Validation);
        Require(!MultiLabel || !Baseline, nameof(Baseline), "false where sequences have several labels", Baseline);
        Require(!MultiLabel || LabelSmoothing == 0, nameof(LabelSmoothing), "0 where sequences have several labels", LabelSmoothing);
    }
}
