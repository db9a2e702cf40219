namespace Unfold.Autodiff;

/// <summary>
/// A kind of operation that a tape records: one stateless object for all its uses, which knows how a gradient passes from an
/// entry's output to its operands.
/// </summary>
internal abstract class TapeOperation
{
    protected TapeOperation() => Kind = KindOf(GetType().Name);

    /// <summary>What a <see cref="StepProfile"/> counts its time to: the class's name as words, <c>cross entropy</c> of CrossEntropyOperation.</summary>
    public string Kind { get; }

    /// <summary>
    /// Adds to the gradients of the operands that need one. Called once for an entry whose output's gradient is complete; an
    /// entry without <see cref="TapeEntry.Output"/> is always called and finds out itself.
    /// </summary>
    public abstract void Backward(Tape tape, in TapeEntry entry);

    /// <summary>The name of the layer that an entry is the run of, where its operands are no parameters that tell; null elsewhere.</summary>
    public virtual string? LayerOf(in TapeEntry entry) => null;

    private static string KindOf(string name)
    {
        const string ending = "Operation";
        string stem = name.EndsWith(ending, StringComparison.Ordinal) ? name[..^ending.Length] : name;
        return string.Concat(stem.Select((c, i) => !char.IsUpper(c) ? c.ToString() : $"{(i > 0 ? " " : "")}{char.ToLowerInvariant(c)}"));
    }
}
