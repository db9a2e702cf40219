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
}
