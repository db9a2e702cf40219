using Unfold.Autodiff;
using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>The Kullback-Leibler divergence of a predicted distribution from a given one, in nats: 0 where they are equal, else above.</summary>
public static unsafe class KlDivergence
{
    /// <summary>Effectively computes the mean over rows of <c>sum over v of p[v] (log p[v] - x[v])</c>, where p = 0 counting nothing.</summary>
    /// <remarks>
    /// Shapes: <c>[.., V]</c> both, the result a single number <c>[]</c>. Gradient: <c>-p / rows</c>. Cost: a logarithm an element. PyTorch
    /// calls this mean <c>batchmean</c>; what it calls <c>mean</c> divides by V as well and is no divergence. Source: Kullback and Leibler
    /// 1951.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="logProbabilities">x, the logarithms of the predicted probabilities, as <c>LogSoftmax</c> gives them.</param>
    /// <param name="targets">p, probabilities (not their logarithms), constants; not needed after the call.</param>
    /// <param name="reduction">The mean over rows by default, or the sum.</param>
    /// <exception cref="ArgumentException">The shapes differ, there is no element, or the targets were made from trained parameters.</exception>
    public static Tensor Forward(Tape tape, Tensor logProbabilities, Tensor targets, LossReduction reduction = LossReduction.Mean)
    {
        LossCheck.Elements("KlDivergence", tape, logProbabilities, targets);
        return ElementwiseLoss.Forward(default(Loss), tape, logProbabilities, targets, reduction == LossReduction.Mean ? targets.Shape.Rows : 1);
    }

    private readonly struct Loss : IElementwiseLoss
    {
        public LossOperation Operation => KlDivergenceOperation.Instance;

        public float Compute(float* x, float* t, int first, int n, float* work, float* spare, float? factor)
        {
            Elementwise.KlDivergence(t, x, spare, n);
            if (factor is float f)
                Elementwise.Scale(t, work, n, -f);
            return Elementwise.Sum(spare, n);
        }
    }

    private sealed class KlDivergenceOperation : LossOperation
    {
        public static readonly KlDivergenceOperation Instance = new();
    }
}
