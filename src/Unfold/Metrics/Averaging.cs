namespace Unfold.Metrics;

/// <summary>How numbers of several classes become one (Sebastiani 2002, "Machine learning in automated text categorization", section 7.1).</summary>
public enum Averaging
{
    /// <summary>The mean of the classes' numbers: every class counts the same, however rare.</summary>
    Macro,

    /// <summary>From the classes' counts added up: every item counts the same. Over all classes it is the accuracy.</summary>
    Micro,
}
