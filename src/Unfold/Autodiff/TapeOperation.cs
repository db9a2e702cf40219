namespace Unfold.Autodiff;

/// <summary>
/// A kind of operation that a tape records: one stateless object for all its uses, which knows how a gradient passes from an
/// entry's output to its operands.
/// </summary>
internal abstract class TapeOperation
{
    /// <summary>
    /// Adds to the gradients of the operands that need one. Called once for an entry whose output's gradient is complete; an
    /// entry without <see cref="TapeEntry.Output"/> is always called and finds out itself.
    /// </summary>
    public abstract void Backward(Tape tape, in TapeEntry entry);
}
