namespace Unfold.Layers;

/// <summary>How a <see cref="Bidirectional"/> layer makes one output of those of its two directions.</summary>
public enum DirectionMerge
{
    /// <summary>The forward direction's and behind it the backward one's: twice as wide.</summary>
    Concatenate,

    /// <summary>Their sum.</summary>
    Sum,

    /// <summary>Their mean.</summary>
    Average,
}
