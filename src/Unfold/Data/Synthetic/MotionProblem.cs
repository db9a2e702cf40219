using Unfold.Tensors;

namespace Unfold.Data.Synthetic;

/// <summary>Which way does the shape move? A square, a disc or a cross walks over a noisy torus, one pixel a frame to the right, to the left, down or up; the direction is asked for after the last frame.</summary>
/// <remarks>
/// Shapes: with T frames, inputs <c>[T, N, 16 · 16]</c>, each step a frame row by row, as an item <c>[1, T, 16, 16]</c>; answers one of four classes. Shape, size (5 or 7 pixels across) and place of the first frame are
/// drawn, what leaves on one side comes in on the other, and to each pixel a uniform number from -1/4 to 1/4 is added: any single frame looks the same whatever the direction, so that
/// who sees frames one by one has a cross-entropy of ln 4 and is right once in four times.
/// </remarks>
/// <param name="length">T, the frames; 2 or more.</param>
/// <exception cref="ArgumentOutOfRangeException">The length is below 2.</exception>
public sealed class MotionProblem(int length) : SequenceProblem("motion", length, 2, 0x6D6F7401)
{
    /// <summary>The pixels of a frame's side.</summary>
    public const int Side = 16;

    private static readonly (int Across, int Down)[] Directions = [(1, 0), (-1, 0), (0, 1), (0, -1)];

    /// <inheritdoc/>
    public override int Steps => Length;

    /// <inheritdoc/>
    public override int InputSize => Side * Side;

    /// <inheritdoc/>
    public override int OutputSize => Directions.Length;

    /// <inheritdoc/>
    public override Shape Item => new(1, Steps, Side, Side);

    /// <inheritdoc/>
    public override SequenceAnswer Answer => SequenceAnswer.Class;

    /// <inheritdoc/>
    public override double BaselineLoss => Math.Log(Directions.Length);

    /// <inheritdoc/>
    public override string Baseline => "guessing";

    private protected override void Make(SequenceBatch batch, int sequence, Source random)
    {
        const int Drawn = Side * Side;
        int direction = random.Below(Directions.Length, 0, Drawn), kind = random.Below(3, 0, Drawn + 1), radius = 2 + random.Below(2, 0, Drawn + 2);
        int left = random.Below(Side, 0, Drawn + 3), top = random.Below(Side, 0, Drawn + 4);
        batch.Classes[sequence] = direction;
        for (int t = 0; t < Steps; t++)
        {
            for (int pixel = 0; pixel < Side * Side; pixel++)
                batch.Set(t, sequence, pixel, (random.Uniform(t, (uint)pixel) - 0.5f) / 2);
            for (int down = -radius; down <= radius; down++)
            {
                for (int across = -radius; across <= radius; across++)
                {
                    if (!IsFilled(kind, radius, across, down))
                        continue;
                    int row = Wrap(top + (t * Directions[direction].Down) + down), column = Wrap(left + (t * Directions[direction].Across) + across);
                    int pixel = (row * Side) + column;
                    batch.Set(t, sequence, pixel, 1 + ((random.Uniform(t, (uint)pixel) - 0.5f) / 2));
                }
            }
        }
    }

    private static bool IsFilled(int kind, int radius, int across, int down) => kind switch
    {
        0 => true,
        1 => (across * across) + (down * down) <= radius * radius,
        _ => across == 0 || down == 0,
    };

    private static int Wrap(int at) => ((at % Side) + Side) % Side;
}
