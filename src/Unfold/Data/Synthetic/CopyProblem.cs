namespace Unfold.Data.Synthetic;

/// <summary>
/// The copying memory problem: ten symbols, then blanks, then a sign that stays; from the step after it first shows, the ten symbols are asked for in their order, and a blank at every step before.
/// </summary>
/// <remarks>
/// Shapes: with T blanks, inputs <c>[T + 20, N, 10]</c>, one of blank (0), the eight symbols (1 to 8) and the sign (9); answers a class of ten for each step. The sign is
/// the input of the last 11 steps. Answering blanks and then any symbol has a cross-entropy of <c>10 ln 8 / (T + 20)</c>, 0.0204 at T = 1,000. Sources: Hochreiter and Schmidhuber 1997; in this
/// form Arjovsky, Shah and Bengio 2016 and Bai et al. 2018.
/// </remarks>
/// <param name="length">T, the blanks; 1 or more.</param>
/// <exception cref="ArgumentOutOfRangeException">The length is below 1.</exception>
public sealed class CopyProblem(int length) : SequenceProblem("copy", length, 1, 0x636F7001)
{
    /// <summary>How many symbols are to be remembered.</summary>
    public const int Remembered = 10;

    private const int Symbols = 8;
    private const int Sign = Symbols + 1;

    /// <inheritdoc/>
    public override int Steps => Length + (2 * Remembered);

    /// <inheritdoc/>
    public override int InputSize => Symbols + 2;

    /// <inheritdoc/>
    public override int OutputSize => Symbols + 2;

    /// <inheritdoc/>
    public override SequenceAnswer Answer => SequenceAnswer.ClassOfEachStep;

    /// <inheritdoc/>
    public override double BaselineLoss => Remembered * Math.Log(Symbols) / Steps;

    /// <inheritdoc/>
    public override string Baseline => "remembering nothing";

    private protected override void Make(SequenceBatch batch, int sequence, Source random)
    {
        int recall = Steps - Remembered;
        for (int t = 0; t < Steps; t++)
        {
            int symbol = t < Remembered ? 1 + random.Below(Symbols, t) : t >= recall - 1 ? Sign : 0;
            batch.Set(t, sequence, symbol, 1);
            batch.Classes[(t * batch.Count) + sequence] = t >= recall ? 1 + random.Below(Symbols, t - recall) : 0;
        }
    }
}
