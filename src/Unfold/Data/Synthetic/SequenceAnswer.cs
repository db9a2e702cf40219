namespace Unfold.Data.Synthetic;

/// <summary>What a <see cref="SequenceProblem"/> asks for.</summary>
public enum SequenceAnswer
{
    /// <summary>A number after the last step.</summary>
    Number,

    /// <summary>A class after the last step.</summary>
    Class,

    /// <summary>A class after each step.</summary>
    ClassOfEachStep,
}
