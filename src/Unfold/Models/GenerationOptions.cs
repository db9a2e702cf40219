namespace Unfold.Models;

/// <summary>How a language model writes: what to go on from, how much, and how freely to choose.</summary>
public sealed record GenerationOptions
{
    /// <summary>The text to go on from; it is read, not repeated. An empty prompt stands for the start of a line.</summary>
    public string Prompt { get; init; } = "";

    /// <summary>How many tokens to write; default 500. Memory and the cost of a token do not depend on it.</summary>
    public long Length { get; init; } = 500;

    /// <summary>Divides the logits before the softmax: below 1 more cautious, above 1 wilder. Above 0; default 1.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Choose among this many likeliest tokens only; at least 1; null (default) for all.</summary>
    public int? TopK { get; init; }

    /// <summary>Choose among the fewest likeliest tokens that together have at least this probability only; in (0, 1]; null (default) for all.</summary>
    public double? TopP { get; init; }

    /// <summary>Always take the likeliest token; temperature, top-k and top-p then change nothing.</summary>
    public bool Greedy { get; init; }

    /// <summary>Decides every choice: the same seed writes the same text.</summary>
    public ulong Seed { get; init; }

    /// <summary>Refuses options that are out of range.</summary>
    internal void Check()
    {
        Require(Prompt is not null, nameof(Prompt), "a text", "missing");
        Require(Length >= 0, nameof(Length), "a whole number of at least 0", Length);
        Require(Temperature > 0 && double.IsFinite(Temperature), nameof(Temperature), "a number above 0", Temperature);
        Require(TopK is null or >= 1, nameof(TopK), "a whole number of at least 1", TopK);
        Require(TopP is null or (> 0 and <= 1), nameof(TopP), "a number above 0, at most 1", TopP);
    }

    private static void Require(bool inRange, string option, string expected, object? got)
    {
        if (!inRange)
            throw new OptionException(option, $"{option} must be {expected}, but is {got}.");
    }
}
