using Unfold.Cells.Graph;
using Unfold.Kernels.Random;

namespace Unfold.Cells.Reference;

/// <summary>
/// The masks of training: counted, so that the fast execution draws the same. A mask's factor for unit u of a sequence is a function of the seed, of
/// <paramref name="place"/> + the mask's own place, of the sequence, of the step (0 for a mask of a whole sequence) and of u.
/// </summary>
/// <param name="seed">The seed of the run.</param>
/// <param name="place">The layer's first place; it takes as many as the cell has masks.</param>
/// <param name="sequences">[N]: the number by which each row's sequence is counted.</param>
/// <param name="firstStep">The number of step t = 0, more than 0 when a sequence is carried on.</param>
internal sealed class CountedMasks(ulong seed, uint place, IReadOnlyList<ulong> sequences, ulong firstStep = 0) : MaskSource
{
    public override unsafe float[] Draw(Node mask, int length, int n, int t)
    {
        bool ofSequence = mask.MaskKind == MaskKind.DropoutOfSequence;
        float probability = (float)(ofSequence ? 1 - mask.Value : mask.Value);
        float scale = ofSequence ? 1 / probability : 1;
        var factors = new float[length];
        fixed (float* y = factors)
        {
            CountedRandom.FillBernoulli(
                seed, place + (uint)mask.Place, sequences[n], ofSequence ? 0 : firstStep + (ulong)t, probability, scale, y, length);
        }

        return factors;
    }
}
