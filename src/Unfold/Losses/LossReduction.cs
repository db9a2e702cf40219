namespace Unfold.Losses;

/// <summary>What a loss makes of the losses of its elements or rows.</summary>
public enum LossReduction
{
    /// <summary>Their sum divided by what each loss's documentation calls its count; the default everywhere.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,
}
