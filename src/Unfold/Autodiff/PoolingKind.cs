namespace Unfold.Autodiff;

/// <summary>What a pooling makes of a window's elements.</summary>
public enum PoolingKind
{
    /// <summary>The largest; of equals the first. NaN wins over all numbers.</summary>
    Max,

    /// <summary>The mean.</summary>
    Average,

    /// <summary>The sum.</summary>
    Sum,
}
