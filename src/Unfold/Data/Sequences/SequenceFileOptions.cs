namespace Unfold.Data.Sequences;

/// <summary>What files do not say about themselves when they are read as sequences with classes.</summary>
public sealed record SequenceFileOptions
{
    /// <summary>Which files of a directory are read, as in <c>*.txt</c>; null (default) for all but <c>*.md</c>.</summary>
    public string? Pattern { get; init; }

    /// <summary>Which files of a directory are to test on and not to train on, as in <c>*_george_*</c>; null (default) for none.</summary>
    public string? TestPattern { get; init; }

    /// <summary>The CSV column that holds texts: a name or a number from 1; null (default) for one named <c>text</c>.</summary>
    public string? TextColumn { get; init; }

    /// <summary>The CSV column that holds labels: a name or a number from 1; null (default) for one named <c>label</c> or <c>class</c>, else the first.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>The CSV column whose value the steps of one series share, where each line is a step; null (default) for one series a line.</summary>
    public string? SequenceColumn { get; init; }

    /// <summary>Whether a label may be several, separated by <c>;</c> or <c>|</c>. Default false.</summary>
    public bool MultiLabel { get; init; }
}
