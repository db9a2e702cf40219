namespace Unfold.Data.Synthetic;

/// <summary>
/// The adding problem: T numbers from 0 to 1, two of which are marked, one in each half; their sum is asked for after the last step.
/// </summary>
/// <remarks>
/// Shapes: inputs <c>[T, N, 2]</c>, the number and the mark, 0 or 1; answers <c>[N, 1]</c>. Always answering the mean, 1, has a mean squared error of 1/6 = 0.167. Sources:
/// Hochreiter and Schmidhuber 1997; in this form Le, Jaitly and Hinton 2015.
/// </remarks>
/// <param name="length">T, the steps; 2 or more.</param>
/// <exception cref="ArgumentOutOfRangeException">The length is below 2.</exception>
public sealed class AddingProblem(int length) : SequenceProblem("adding", length, 2, 0x61646401)
{
    /// <inheritdoc/>
    public override int Steps => Length;

    /// <inheritdoc/>
    public override int InputSize => 2;

    /// <inheritdoc/>
    public override int OutputSize => 1;

    /// <inheritdoc/>
    public override SequenceAnswer Answer => SequenceAnswer.Number;

    /// <inheritdoc/>
    public override double BaselineLoss => 1.0 / 6;

    /// <inheritdoc/>
    public override string Baseline => "predicting the mean";

    private protected override void Make(SequenceBatch batch, int sequence, Source random)
    {
        int half = Length / 2;
        int first = random.Below(half, 0, 1), second = half + random.Below(Length - half, 0, 2);
        for (int t = 0; t < Length; t++)
            batch.Set(t, sequence, 0, random.Uniform(t));
        batch.Set(first, sequence, 1, 1);
        batch.Set(second, sequence, 1, 1);
        batch.Numbers.Span[sequence] = random.Uniform(first) + random.Uniform(second);
    }
}
