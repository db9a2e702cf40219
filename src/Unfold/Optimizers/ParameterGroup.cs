using System.IO.Enumeration;

namespace Unfold.Optimizers;

/// <summary>
/// How an optimizer treats some of a model's parameters: those whose names its pattern takes and no group before it does. What is not said is the
/// optimizer's own.
/// </summary>
/// <remarks>
/// As text, <c>encoder.*: rate 0.1, decay 0</c>: the pattern, a colon, and one or more of <c>rate X</c>, <c>decay X</c>, <c>l1 X</c>,
/// <c>l2 X</c> and <c>frozen</c>, which stands alone.
/// </remarks>
public sealed record ParameterGroup
{
    private readonly string _pattern = "*";
    private readonly float _rate = 1;
    private readonly float? _decay;
    private readonly float? _l1;
    private readonly float? _l2;

    /// <summary>
    /// A parameter's name, a layer's, which takes all its parameters, or either with <c>*</c> for any characters and <c>?</c> for one: <c>decoder.weight</c>,
    /// <c>decoder</c>, <c>*.bias</c>.
    /// </summary>
    /// <exception cref="ArgumentException">It is empty.</exception>
    public required string Pattern
    {
        get => _pattern;
        init => _pattern = string.IsNullOrWhiteSpace(value) ? throw new ArgumentException("A parameter group's pattern is a name or has a *, but it is empty.") : value.Trim();
    }

    /// <summary>What the learning rate is multiplied by; 0 or more, 1 by default.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or no finite number.</exception>
    public float LearningRateFactor
    {
        get => _rate;
        init => _rate = Require(value, "rate")!.Value;
    }

    /// <summary>The weight decay; 0 or more, null (default) for the optimizer's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or no finite number.</exception>
    public float? WeightDecay
    {
        get => _decay;
        init => _decay = Require(value, "decay");
    }

    /// <summary>The weight of the penalty on absolute values; 0 or more, null (default) for the optimizer's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or no finite number.</exception>
    public float? L1
    {
        get => _l1;
        init => _l1 = Require(value, "l1");
    }

    /// <summary>The weight of the penalty on squares; 0 or more, null (default) for the optimizer's.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is negative or no finite number.</exception>
    public float? L2
    {
        get => _l2;
        init => _l2 = Require(value, "l2");
    }

    /// <summary>
    /// Whether the parameters stay as they are; false by default. Clipping leaves them out, and no gradient is computed where that is easy: in embeddings
    /// and linear layers, and in a recurrent layer which is frozen altogether and below which nothing is trained.
    /// </summary>
    public bool Frozen { get; init; }

    /// <summary>Reads a group from its text.</summary>
    /// <param name="text">Such as <c>encoder.*: rate 0.1, l2 1e-4</c>.</param>
    /// <returns>The group.</returns>
    /// <exception cref="FormatException">The text is something else; the message says what was expected.</exception>
    public static ParameterGroup Parse(string text) => ParameterGroupText.Parse(text);

    /// <summary>The text that <see cref="Parse"/> reads.</summary>
    public override string ToString() => ParameterGroupText.Write(this);

    /// <summary>Whether the pattern takes a parameter's name, or the name of a layer that it belongs to.</summary>
    internal bool Takes(string name)
    {
        for (int end = name.Length; end > 0; end = name.LastIndexOf('.', end - 1))
        {
            if (FileSystemName.MatchesSimpleExpression(Pattern, name.AsSpan(0, end), ignoreCase: false))
                return true;
        }

        return false;
    }

    private static float? Require(float? value, string what) => value is null or (>= 0 and < float.PositiveInfinity)
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), $"A parameter group's {what} is a number of at least 0, but got {value}.");
}
