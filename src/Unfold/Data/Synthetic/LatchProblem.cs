namespace Unfold.Data.Synthetic;

/// <summary>
/// The latch problem: the first symbol, one of two, is asked for after T steps of noise, which are random symbols of eight others.
/// </summary>
/// <remarks>
/// Shapes: with T steps of noise, inputs <c>[T + 1, N, 10]</c>, one of the ten symbols; answers a class of two after the last step. Guessing has a cross-entropy of
/// <c>ln 2 = 0.693</c>. Sources: Bengio, Simard and Frasconi 1994; with symbols as noise Hochreiter and Schmidhuber 1997, experiment 2.
/// </remarks>
/// <param name="length">T, the steps of noise; 1 or more.</param>
/// <exception cref="ArgumentOutOfRangeException">The length is below 1.</exception>
public sealed class LatchProblem(int length) : SequenceProblem("latch", length, 1, 0x6C617401)
{
    private const int Kinds = 2;
    private const int Distractors = 8;

    /// <inheritdoc/>
    public override int Steps => Length + 1;

    /// <inheritdoc/>
    public override int InputSize => Kinds + Distractors;

    /// <inheritdoc/>
    public override int OutputSize => Kinds;

    /// <inheritdoc/>
    public override SequenceAnswer Answer => SequenceAnswer.Class;

    /// <inheritdoc/>
    public override double BaselineLoss => Math.Log(Kinds);

    /// <inheritdoc/>
    public override string Baseline => "guessing";

    private protected override void Make(SequenceBatch batch, int sequence, Source random)
    {
        int kind = random.Below(Kinds, 0);
        batch.Set(0, sequence, kind, 1);
        for (int t = 1; t < Steps; t++)
            batch.Set(t, sequence, Kinds + random.Below(Distractors, t), 1);
        batch.Classes[sequence] = kind;
    }
}
