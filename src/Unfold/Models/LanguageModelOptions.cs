using System.Text.Json.Serialization;
using Unfold.Cells;
using Unfold.Data;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>
/// What a language model is made of and how it is trained. The defaults make a character model that learns visibly within minutes on
/// a few hundred kilobytes of text.
/// </summary>
public sealed record LanguageModelOptions : TrainingOptions
{
    private const int MostUnits = 1 << 16;

    private static readonly Lazy<Cell> DefaultCell = new(() => Cell.Named("lstm"));

    private readonly Cell? _cell; // null stands for the default, which is read when somebody wants to see it

    /// <summary>The defaults for a text: of a long one, fewer epochs, so that training takes about as long as for a short one.</summary>
    /// <param name="corpus">The text.</param>
    /// <returns>The defaults, with as many epochs as read five million characters in all: at least 2, at most 10.</returns>
    public static LanguageModelOptions For(TextCorpus corpus)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        double epochs = 5e6 / Math.Max(1, corpus.Text.Length);
        return new LanguageModelOptions { Epochs = (int)Math.Round(Math.Clamp(epochs, 2, 10)) };
    }

    /// <summary>The recurrent cell of every layer; default the library's <c>lstm</c>.</summary>
    [JsonIgnore]
    public Cell Cell
    {
        get => _cell ?? DefaultCell.Value;
        init => _cell = DefaultCell.IsValueCreated && ReferenceEquals(value, DefaultCell.Value) ? null : value;
    }

    /// <summary>Hidden units of each recurrent layer, H; at least 1; default 128.</summary>
    public int Hidden { get; init; } = 128;

    /// <summary>Recurrent layers on top of each other, L; at least 1; default 1.</summary>
    public int Layers { get; init; } = 1;

    /// <summary>The size of a token's vector, C; at least 1; null (default) for the hidden size.</summary>
    public int? Embedding { get; init; }

    /// <summary>Whether each recurrent layer above the first adds its input to its output (He et al. 2016); default false.</summary>
    public bool SkipConnections { get; init; }

    /// <summary>
    /// Whether training keeps a part of each recurrent layer's steps and computes the rest again (see <see cref="Unfold.Layers.Recurrent.Recompute"/>): for very
    /// long unrolls. Default false. No result depends on it.
    /// </summary>
    public bool Recompute { get; init; }

    /// <summary>Characters (default) or words.</summary>
    public TokenKind Tokens { get; init; }

    /// <summary>
    /// The most tokens in the vocabulary, the commonest first; the others are read as the unknown token. Null (default): every character of the
    /// text; or the 10,000 commonest words among those that the training part has at least twice. At least 2, for words 3.
    /// </summary>
    public int? VocabularySize { get; init; }

    /// <summary>The probability with which an input of a recurrent layer above the first is dropped while training; from 0 to below 1; default 0.</summary>
    public float Dropout { get; init; }

    /// <summary>
    /// The same for what goes into the first recurrent layer and into the output layer; from 0 to below 1; default 0. Worth having for words, whose
    /// vectors are many (Zaremba et al. 2014); characters learn more slowly with it.
    /// </summary>
    public float EdgeDropout { get; init; }

    /// <summary>The share of the text, from its end, that is held out to measure the loss on; in [0, 0.9]; default 0.1.</summary>
    public double Validation { get; init; } = 0.1;

    /// <summary>How many tokens the gradient goes back, T; the state is carried on from there without a gradient; at least 1; default 64.</summary>
    public int Unroll { get; init; } = 64;

    /// <inheritdoc/>
    internal override void Check()
    {
        base.Check();
        Require(Cell is not null, nameof(Cell), "a cell", "missing");
        Require(Hidden is >= 1 and <= MostUnits, nameof(Hidden), $"a whole number from 1 to {MostUnits}", Hidden);
        Require(Layers is >= 1 and <= 256, nameof(Layers), "a whole number from 1 to 256", Layers);
        Require(Embedding is null or (>= 1 and <= MostUnits), nameof(Embedding), $"a whole number from 1 to {MostUnits}", Embedding);
        Require(Enum.IsDefined(Tokens), nameof(Tokens), "Character or Word", Tokens);
        int least = Tokens == TokenKind.Word ? 3 : 2;
        Require(VocabularySize is null || VocabularySize >= least, nameof(VocabularySize), $"a whole number of at least {least}", VocabularySize);
        Require(Dropout is >= 0 and < 1, nameof(Dropout), "a number from 0 to below 1", Dropout);
        Require(EdgeDropout is >= 0 and < 1, nameof(EdgeDropout), "a number from 0 to below 1", EdgeDropout);
        Require(Validation is >= 0 and <= 0.9, nameof(Validation), "a number from 0 to 0.9", Validation);
        Require(Patience is null || Validation > 0, nameof(Patience), "left out where nothing is held out to judge by", Patience);
        Require(Decay != LearningRateDecay.Plateau || Validation > 0, nameof(Decay), "another than Plateau where nothing is held out to judge by", Decay);
        Require(Unroll is >= 1 and <= 1 << 20, nameof(Unroll), "a whole number from 1 to 1048576", Unroll);
        Require(!Cell!.NeedsEqualSizes || (Embedding ?? Hidden) == Hidden, nameof(Embedding),
            $"equal to the hidden size {Hidden} for the cell '{Cell.Name}', which adds its input to a hidden vector", Embedding);
    }
}
