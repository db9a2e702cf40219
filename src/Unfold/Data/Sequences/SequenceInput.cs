namespace Unfold.Data.Sequences;

/// <summary>What sequences are made of.</summary>
public enum SequenceInput
{
    /// <summary>Numbers, one or more at each step.</summary>
    Series,

    /// <summary>Characters or words.</summary>
    Text,

    /// <summary>Samples of a recording.</summary>
    Audio,
}
