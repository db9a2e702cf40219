using Unfold.Autodiff;
using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Optimizers;
using Unfold.Kernels.Threading;

namespace Unfold.Optimizers;

/// <summary>Keeps gradients from exploding, between the backward pass and the optimizer's step.</summary>
public static class GradientClipping
{
    /// <summary>
    /// Scales all trained parameters' gradients down by one factor, <c>maximum / (norm + 1e-6)</c>, if their norm together is above the maximum, as
    /// PyTorch's <c>clip_grad_norm_</c>. A norm that is no finite number changes nothing: look at the result.
    /// </summary>
    /// <remarks>Source: Pascanu, Mikolov and Bengio 2013, algorithm 1.</remarks>
    /// <param name="parameters">The parameters.</param>
    /// <param name="maximum">The greatest norm that stays; above 0.</param>
    /// <returns>The norm before clipping, computed in double; equal to the bit for any number of threads.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The maximum is not above 0.</exception>
    public static double ByNorm(ParameterSet parameters, double maximum)
    {
        RequireAbove0(nameof(ByNorm), maximum);
        double norm = Norm(parameters);
        float factor = FactorByNorm(norm, maximum);
        if (factor != 1)
            ScaleJob.Own.Run(parameters, factor);
        return norm;
    }

    /// <summary>What <see cref="ByNorm"/> multiplies gradients of a norm by; 1 where it leaves them alone.</summary>
    internal static float FactorByNorm(double norm, double maximum)
    {
        double factor = maximum / (norm + 1e-6);
        return factor < 1 && double.IsFinite(norm) ? (float)factor : 1;
    }

    /// <summary>
    /// Limits every element of the trained parameters' gradients to <c>-maximum</c> … <c>maximum</c>: <c>g maximum / max(|g|, maximum)</c>, as PyTorch's
    /// <c>clip_grad_value_</c>. <see cref="Optimizer.UpdateLimit"/> does the same to the steps.
    /// </summary>
    /// <param name="parameters">The parameters.</param>
    /// <param name="maximum">The greatest absolute value that stays; above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">The maximum is not above 0.</exception>
    public static void ByValue(ParameterSet parameters, float maximum)
    {
        RequireAbove0(nameof(ByValue), maximum);
        LimitJob.Own.Run(parameters, maximum);
    }

    /// <summary>The Euclidean norm of all trained parameters' gradients together, computed in double; equal to the bit for any number of threads.</summary>
    public static double Norm(ParameterSet parameters)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        return Math.Sqrt(SquareJob.Own.Run(parameters));
    }

    private static void RequireAbove0(string who, double maximum)
    {
        if (!(maximum > 0))
            throw new ArgumentOutOfRangeException(nameof(maximum), $"GradientClipping.{who} expects a maximum above 0, but got {maximum}.");
    }

    private sealed unsafe class ScaleJob : FlatJob
    {
        [ThreadStatic]
        private static ScaleJob? _own;

        private float _factor;

        public static ScaleJob Own => _own ??= new ScaleJob();

        public void Run(ParameterSet parameters, float factor)
        {
            _factor = factor;
            Run(parameters);
        }

        protected override void Apply(int range, int first, int length) =>
            Elementwise.Scale(Gradients + first, Gradients + first, length, _factor);
    }

    private sealed unsafe class LimitJob : FlatJob
    {
        [ThreadStatic]
        private static LimitJob? _own;

        private float _maximum;

        public static LimitJob Own => _own ??= new LimitJob();

        public void Run(ParameterSet parameters, float maximum)
        {
            _maximum = maximum;
            Run(parameters);
        }

        protected override void Apply(int range, int first, int length) =>
            Elementwise.Clip(Gradients + first, Gradients + first, length, -_maximum, _maximum);
    }

    /// <summary>Sums squares over chunks of a fixed length, then the sums in order.</summary>
    private sealed unsafe class SquareJob : TeamJob
    {
        private const int Chunk = 1 << 14;

        [ThreadStatic]
        private static SquareJob? _own;

        private double[] _sums = [];
        private float* _gradients;
        private int _length;

        public static SquareJob Own => _own ??= new SquareJob();

        public double Run(ParameterSet parameters)
        {
            double total = 0;
            fixed (float* gradients = parameters.Gradients)
            {
                foreach ((int start, int length) in parameters.TrainedRanges)
                {
                    int chunks = (length + Chunk - 1) / Chunk;
                    if (_sums.Length < chunks)
                        _sums = new double[chunks];
                    _gradients = gradients + start;
                    _length = length;
                    Team.Shared.Run(this, chunks);
                    for (int i = 0; i < chunks; i++)
                        total += _sums[i];
                }
            }

            return total;
        }

        protected internal override void Execute(int part, int partCount) =>
            _sums[part] = Clipping.SumOfSquares(_gradients + (nint)part * Chunk, Math.Min(Chunk, _length - part * Chunk));
    }
}
