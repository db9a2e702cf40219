using System.Text.Json.Serialization;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>What a tagger is made of and how it is trained.</summary>
public sealed record TaggerOptions : TrainingOptions
{
    /// <summary>The defaults: an LSTM of 200 units in each direction, words by 100 numbers and by their characters, batches of 32 sentences, Adam at 0.003 falling as half a cosine, 20 epochs.</summary>
    public TaggerOptions()
    {
        Epochs = 20;
        LearningRate = 0.003f;
    }

    /// <summary>The layers that read the sentences; those that read the characters of a word have the same cell. Default one LSTM of 200 units in both directions.</summary>
    [JsonIgnore]
    public SequenceEncoderOptions Encoder { get; init; } = new() { Layer = new RecurrentOptions(Cell.Named("lstm")) { Hidden = 200 }, Bidirectional = true };

    /// <summary>The size of a word's vector; at least 1; default 100. Words are looked up in small letters.</summary>
    public int Embedding { get; init; } = 100;

    /// <summary>The size of the vector of what stands in each other input column; at least 1; default 32.</summary>
    public int ColumnEmbedding { get; init; } = 32;

    /// <summary>How many units read the characters of a word in each direction; 0 for none; default 64.</summary>
    public int Characters { get; init; } = 64;

    /// <summary>The size of a character's vector; at least 1; default 32.</summary>
    public int CharacterEmbedding { get; init; } = 32;

    /// <summary>The most words in the vocabulary, the commonest first; at least 1; null (default) for all.</summary>
    public int? VocabularySize { get; init; }

    /// <summary>
    /// a: in training, a word that occurs n times is read as an unknown one with the probability a / (a + n), so that words that were never seen can be read; 0 or more;
    /// default 1 (Kiperwasser and Goldberg 2016).
    /// </summary>
    public float WordDropout { get; init; } = 1;

    /// <summary>The probability with which an input of the first layer and of the last is zero in training; from 0 to below 1; default 0.5.</summary>
    public float EdgeDropout { get; init; } = 0.5f;

    /// <summary>Whether labels are chosen together, by a conditional random field over the sentence, and not each by itself. Default false.</summary>
    public bool Crf { get; init; }

    /// <summary>
    /// Whether a layer reads each token together with the label of the token before, so that labels are chosen one after the other; it has the encoder's cell and size. Instead of
    /// <see cref="Crf"/>. Default false.
    /// </summary>
    public bool Feedback { get; init; }

    /// <summary>With feedback: the probability with which the label before is the network's own in training, reached in equal parts over the epochs; from 0, the default, which takes the known ones, to 1.</summary>
    public float Sampling { get; init; }

    /// <summary>With feedback: how many beginnings of a sentence are followed when labels are chosen; 1 (default) is greedy; 1 to 1000.</summary>
    public int Beam { get; init; } = 1;

    /// <summary>How much of the probability training gives to all labels alike, where each is chosen by itself; from 0, the default, to below 1.</summary>
    public float LabelSmoothing { get; init; }

    /// <summary>Longer sentences are read in pieces of so many tokens; at least 1; default 1,000.</summary>
    public int MaxSteps { get; init; } = 1000;

    /// <summary>The share of the sentences that is held out and measured after each epoch where no file is given for that; in [0, 0.9]. Null (default): 0.1 where there are none to test on, else 0.</summary>
    public double? Validation { get; init; }

    /// <summary>Whether each word's commonest label and a hidden Markov model are measured beside the network. Default false.</summary>
    [JsonIgnore]
    public bool Baseline { get; init; }

    /// <inheritdoc/>
    internal override void Check()
    {
        base.Check();
        Require(Encoder?.Layer is not null, nameof(Encoder), "the options of an encoder", "missing");
        Require(Embedding is >= 1 and <= 1 << 16, nameof(Embedding), "a whole number from 1 to 65536", Embedding);
        Require(ColumnEmbedding is >= 1 and <= 1 << 16, nameof(ColumnEmbedding), "a whole number from 1 to 65536", ColumnEmbedding);
        Require(Characters is >= 0 and <= 1 << 16, nameof(Characters), "a whole number from 0 to 65536", Characters);
        Require(CharacterEmbedding is >= 1 and <= 1 << 16, nameof(CharacterEmbedding), "a whole number from 1 to 65536", CharacterEmbedding);
        Require(VocabularySize is null or >= 1, nameof(VocabularySize), "a whole number of at least 1", VocabularySize);
        Require(WordDropout is >= 0 and < 1e6f, nameof(WordDropout), "a number from 0 to 1000000", WordDropout);
        Require(EdgeDropout is >= 0 and < 1, nameof(EdgeDropout), "a number from 0 to below 1", EdgeDropout);
        Require(LabelSmoothing is >= 0 and < 1, nameof(LabelSmoothing), "a number from 0 to below 1", LabelSmoothing);
        Require(!Crf || !Feedback, nameof(Feedback), "false with a conditional random field", Feedback);
        Require(Sampling is >= 0 and <= 1 && (Feedback || Sampling == 0), nameof(Sampling), Feedback ? "a number from 0 to 1" : "0 without feedback", Sampling);
        Require(Beam is >= 1 and <= 1000 && (Feedback || Beam == 1), nameof(Beam), Feedback ? "a whole number from 1 to 1000" : "1 without feedback", Beam);
        Require(!Crf || LabelSmoothing == 0, nameof(LabelSmoothing), "0 with a conditional random field", LabelSmoothing);
        Require(MaxSteps >= 1, nameof(MaxSteps), "a whole number of at least 1", MaxSteps);
        Require(Validation is null or (>= 0 and <= 0.9), nameof(Validation), "a number from 0 to 0.9", Validation);
    }
}
