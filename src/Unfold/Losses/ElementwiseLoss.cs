using Unfold.Autodiff;
using Unfold.Kernels.Threading;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>A loss that is a sum over elements, each depending on one prediction and one target.</summary>
internal unsafe interface IElementwiseLoss
{
    /// <summary>What the tape calls it.</summary>
    LossOperation Operation { get; }

    /// <summary>The sum of the losses of n neighbouring elements; their derivatives on request.</summary>
    /// <param name="x">n predictions.</param>
    /// <param name="t">n targets.</param>
    /// <param name="first">The number of the first element among all.</param>
    /// <param name="n">At most <see cref="ElementwiseLoss.Tile"/>.</param>
    /// <param name="work">
    /// Room for n floats; where <paramref name="factor"/> is given, left with factor times the derivative of each element's loss.
    /// </param>
    /// <param name="spare">Room for n more.</param>
    /// <param name="factor">What to multiply the derivatives by, or null where none are wanted.</param>
    float Compute(float* x, float* t, int first, int n, float* work, float* spare, float? factor);
}

/// <summary>Computes any <see cref="IElementwiseLoss"/> on a tape: tile by tile, with the gradient in the same pass.</summary>
internal static unsafe class ElementwiseLoss
{
    /// <summary>
    /// The floats of a tile: four of them stay in the L1 cache. Each tile has a sum of its own, so that no order depends on threads.
    /// </summary>
    public const int Tile = 1024;

    /// <summary>Below this many tiles the caller does everything: waking others costs as much.</summary>
    private const int LeastShared = 8;

    /// <summary>The sum over all elements divided by <paramref name="count"/>, as a tensor <c>[]</c>.</summary>
    public static Tensor Forward<TLoss>(TLoss loss, Tape tape, Tensor predictions, Tensor targets, int count)
        where TLoss : struct, IElementwiseLoss
    {
        Tensor gradient = tape.Records(predictions) ? tape.Rent(predictions.Shape) : default;
        int length = predictions.Shape.Length;
        int tiles = (length + Tile - 1) / Tile;
        Tensor sums = tape.Rent(new Shape(tiles));
        fixed (float* x = predictions.Span, t = targets.Span, g = gradient.HasValue ? gradient.Span : default, s = sums.Span)
        {
            Job<TLoss> job = Job<TLoss>.Own;
            job.Loss = loss;
            job.X = x;
            job.T = t;
            job.Gradient = g;
            job.Sums = s;
            (job.Length, job.Tiles, job.Factor) = (length, tiles, 1f / count);
            if (tiles < LeastShared)
                job.ExecuteAll();
            else
                Team.Shared.Run(job, Team.Shared.Size);
        }

        double total = 0;
        foreach (float sum in sums.Values)
            total += sum;
        return loss.Operation.Finish(tape, predictions, gradient, total / count);
    }

    private sealed class Job<TLoss> : TeamJob
        where TLoss : struct, IElementwiseLoss
    {
        [ThreadStatic]
        private static Job<TLoss>? _own;

        public static Job<TLoss> Own => _own ??= new Job<TLoss>();

        public TLoss Loss { get; set; }

        public float* X { get; set; }

        public float* T { get; set; }

        /// <summary>The gradient for d = 1, or null.</summary>
        public float* Gradient { get; set; }

        /// <summary>A sum for each tile.</summary>
        public float* Sums { get; set; }

        public int Length { get; set; }

        public int Tiles { get; set; }

        public float Factor { get; set; }

        public void ExecuteAll() => Execute(0, 1);

        protected internal override void Execute(int part, int partCount)
        {
            float* work = stackalloc float[2 * Tile];
            float? factor = Gradient is null ? null : Factor;
            int end = (int)((long)Tiles * (part + 1) / partCount);
            for (int tile = (int)((long)Tiles * part / partCount); tile < end; tile++)
            {
                int first = tile * Tile;
                Sums[tile] = Loss.Compute(
                    X + first, T + first, first, Math.Min(Tile, Length - first), Gradient is null ? work : Gradient + first, work + Tile, factor);
            }
        }
    }
}
