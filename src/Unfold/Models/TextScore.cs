namespace Unfold.Models;

/// <summary>How likely a model holds a stretch of text.</summary>
public sealed record TextScore
{
    /// <summary>The text, without the end of its line.</summary>
    public required string Text { get; init; }

    /// <summary>The natural logarithm of its probability, the end of the line included.</summary>
    public required double LogProbability { get; init; }

    /// <summary>How many tokens were predicted, ends of lines included.</summary>
    public required long Tokens { get; init; }

    /// <summary>How many characters (Unicode scalar values) the text has, ends of lines included.</summary>
    public required long Characters { get; init; }

    /// <summary>How many of the tokens the model does not know and reads as its unknown token.</summary>
    public long UnknownTokens { get; init; }

    /// <summary>exp of the mean loss a token: of how many equally likely tokens the model seems to choose.</summary>
    public double Perplexity => Math.Exp(-LogProbability / Math.Max(1, Tokens));

    /// <summary>The mean loss in nats a token.</summary>
    public double Loss => -LogProbability / Math.Max(1, Tokens);

    /// <summary>The mean loss in bits a character.</summary>
    public double BitsPerCharacter => -LogProbability / Math.Log(2) / Math.Max(1, Characters);
}

/// <summary>The scores of a text, line by line and whole.</summary>
/// <param name="Lines">One score a line, in order.</param>
/// <param name="Whole">The score of the whole text: the sums of its lines' numbers.</param>
public sealed record TextScores(IReadOnlyList<TextScore> Lines, TextScore Whole);

/// <summary>How well a model predicts a text, beside the trivial baseline.</summary>
public sealed record Evaluation
{
    /// <summary>The mean loss in nats a token.</summary>
    public required double Loss { get; init; }

    /// <summary>How many tokens were predicted.</summary>
    public required long Tokens { get; init; }

    /// <summary>How many characters (Unicode scalar values) the text has.</summary>
    public required long Characters { get; init; }

    /// <summary>How many of the tokens the model does not know and reads as its unknown token.</summary>
    public required long UnknownTokens { get; init; }

    /// <summary>The share of tokens of which the model's likeliest guess is right.</summary>
    public required double Accuracy { get; init; }

    /// <summary>The loss, in nats a token, of guessing by each token's frequency in the training text alone.</summary>
    public required double UnigramLoss { get; init; }

    /// <summary>How long it took.</summary>
    public required double Seconds { get; init; }

    /// <summary>exp(<see cref="Loss"/>).</summary>
    public double Perplexity => Math.Exp(Loss);

    /// <summary>The loss in bits a character.</summary>
    public double BitsPerCharacter => Loss * Tokens / Math.Log(2) / Math.Max(1, Characters);

    /// <summary>exp(<see cref="UnigramLoss"/>): the perplexity of the trivial baseline.</summary>
    public double UnigramPerplexity => Math.Exp(UnigramLoss);

    /// <summary>These numbers by their usual names in snake case, as a report holds them.</summary>
    public IReadOnlyDictionary<string, double> Metrics => new Dictionary<string, double>
    {
        ["validation_loss"] = Loss,
        ["perplexity"] = Perplexity,
        ["bits_per_character"] = BitsPerCharacter,
        ["accuracy"] = Accuracy,
        ["unigram_loss"] = UnigramLoss,
        ["unigram_perplexity"] = UnigramPerplexity,
    };
}
