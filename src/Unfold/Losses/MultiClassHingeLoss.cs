using Unfold.Autodiff;
using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>The hinge loss of a classifier (multi-margin loss): nothing to pay where the right class's score is the greatest by the margin.</summary>
public static unsafe class MultiClassHingeLoss
{
    private const string Name = "MultiClassHingeLoss";

    /// <summary>
    /// Effectively computes the mean over rows of <c>w[target] / V * sum over v ≠ target of max(0, margin - x[target] + x[v])^power</c>.
    /// </summary>
    /// <remarks>
    /// Shapes: scores <c>[.., V]</c>, a target for each row, the result a single number <c>[]</c>. Gradient: w / V, times twice the term
    /// for the power 2, for each v whose term is above 0, and all of that with the other sign at the target; divided by the count. Cost:
    /// one pass over the scores. Source: Weston and Watkins 1999; as PyTorch's MultiMarginLoss.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="scores">x, of either sign.</param>
    /// <param name="targets">The right classes, 0 to V - 1, in the order of the rows; not needed after the call.</param>
    /// <param name="power">1, the default, or 2.</param>
    /// <param name="margin">By how much to be right; 1 by default.</param>
    /// <param name="classWeights">w, for each of the V classes what a row of that class counts; ones if none are given.</param>
    /// <param name="reduction">The mean by default, dividing by the number of rows whatever the weights; or the sum.</param>
    /// <exception cref="ArgumentException">A target is out of range, there are not as many as rows, or the weights are not V.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The power is neither 1 nor 2.</exception>
    public static Tensor Forward(
        Tape tape, Tensor scores, ReadOnlySpan<int> targets, int power = 1, float margin = 1, ReadOnlySpan<float> classWeights = default,
        LossReduction reduction = LossReduction.Mean)
    {
        ArgumentNullException.ThrowIfNull(tape);
        LossCheck.Rows(Name, scores, targets, ignoreIndex: null);
        LossCheck.Weights(Name, nameof(classWeights), classWeights, scores);
        if (power is not 1 and not 2)
            throw new ArgumentOutOfRangeException(nameof(power), $"{Name} expects a power of 1 or 2, but got {power}.");
        double factor = reduction == LossReduction.Sum ? 1 : 1.0 / Math.Max(1, targets.Length);
        Tensor losses = tape.Rent(new Shape(targets.Length));
        Tensor gradient = tape.Records(scores) ? tape.Rent(scores.Shape) : default;
        fixed (float* z = scores.Span, perRow = losses.Span, dz = gradient.HasValue ? gradient.Span : default, w = classWeights)
        fixed (int* t = targets)
        {
            Job job = Job.Own;
            job.Scores = z;
            job.Targets = t;
            job.Losses = perRow;
            job.Gradient = dz;
            job.Weights = w;
            (job.Rows, job.Columns, job.Factor) = (targets.Length, scores.Shape.Last, (float)factor);
            (job.Power, job.Margin) = (power, margin);
            job.Start();
        }

        return MultiClassHingeOperation.Instance.Finish(tape, scores, gradient, RowCount.Sum(losses.Values) * factor);
    }

    private sealed class MultiClassHingeOperation : LossOperation
    {
        public static readonly MultiClassHingeOperation Instance = new();
    }

    private sealed class Job : RowLossJob
    {
        [ThreadStatic]
        private static Job? _own;

        public static Job Own => _own ??= new Job();

        public int* Targets { get; set; }

        public float* Weights { get; set; }

        public int Power { get; set; }

        public float Margin { get; set; }

        protected override float Compute(int row, float* z, float* gradient, float* tile)
        {
            int target = Targets[row];
            float weight = (Weights is null ? 1 : Weights[target]) / Columns;
            double loss = 0, slopes = 0;
            for (int i = 0; i < Columns; i += Tile)
            {
                int n = Math.Min(Tile, Columns - i);
                Elementwise.AddScalar(z + i, tile, n, Margin - z[target]);
                Elementwise.Relu(tile, tile, n);
                if (target >= i && target < i + n)
                    tile[target - i] = 0;
                loss += Power == 1 ? Elementwise.Sum(tile, n) : Elementwise.Dot(tile, tile, n);
                if (gradient is null)
                    continue;
                if (Power == 1)
                    Elementwise.Step(tile, tile, n);
                Elementwise.Scale(tile, gradient + i, n, Power * weight * Factor);
                slopes += Elementwise.Sum(gradient + i, n);
            }

            if (gradient is not null)
                gradient[target] = (float)-slopes;
            return (float)(weight * loss);
        }
    }
}
