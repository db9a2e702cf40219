using Unfold.Autodiff;
using Unfold.Kernels.Optimizers;
using Unfold.Tensors;

namespace Unfold.Optimizers;

/// <summary>
/// An average of the trained weights over the steps of a training, which is often better than the last ones: the running mean (Polyak), or an exponential moving
/// average. With n weights averaged before, effectively computes <c>a += (p - a) / (n + 1)</c>, or after the first <c>a = decay a + (1 - decay) p</c>.
/// </summary>
/// <remarks>
/// Frozen and fixed parameters are left out: they are their own average. One pass over the flat buffer, on all threads. Source: Polyak and Juditsky 1992; as PyTorch's <c>AveragedModel</c>.
/// </remarks>
public sealed class WeightAverage
{
    private readonly ParameterSet _parameters;
    private readonly Tensor _values;
    private readonly ApproachJob _approach;
    private readonly ExchangeJob _exchange;

    /// <summary>Begins with nothing averaged.</summary>
    /// <param name="parameters">The weights, allocated.</param>
    /// <param name="decay">How much of the average stays at each step, between 0 and 1, such as 0.999; null (default) for the running mean.</param>
    /// <exception cref="ArgumentOutOfRangeException">The decay is not between 0 and 1.</exception>
    public WeightAverage(ParameterSet parameters, double? decay = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        if (decay is not (null or (> 0 and < 1)))
            throw new ArgumentOutOfRangeException(nameof(decay), $"WeightAverage expects a decay between 0 and 1, but got {decay}.");
        _parameters = parameters;
        _values = Tensor.Zeros(new Shape(parameters.Values.Length));
        _approach = new ApproachJob(this);
        _exchange = new ExchangeJob(this);
        Decay = decay;
    }

    /// <summary>How much of the average stays at each step; null for the running mean.</summary>
    public double? Decay { get; }

    /// <summary>How many times weights were added; set it when going on from a checkpoint.</summary>
    public long Count { get; set; }

    /// <summary>The average, laid out as <see cref="ParameterSet.Values"/>; a checkpoint's is copied into it.</summary>
    public Tensor Values => _values;

    /// <summary>Takes the weights as they are into the average: to be called after an optimizer's step.</summary>
    public void Add()
    {
        _approach.Share = Count == 0 ? 1 : (float)(1 - Decay ?? 1.0 / (Count + 1));
        _approach.Run(_parameters);
        Count++;
    }

    /// <summary>Puts the average where the weights are and the weights where the average is; a second time, all is as before.</summary>
    public void Exchange() => _exchange.Run(_parameters);

    private sealed unsafe class ApproachJob(WeightAverage owner) : FlatJob
    {
        public float Share { get; set; }

        protected override void Apply(int range, int first, int length)
        {
            fixed (float* average = owner._values.Span)
                Averaging.Approach(average + first, Values + first, length, Share);
        }
    }

    private sealed unsafe class ExchangeJob(WeightAverage owner) : FlatJob
    {
        protected override void Apply(int range, int first, int length)
        {
            fixed (float* average = owner._values.Span)
                Averaging.Exchange(average + first, Values + first, length);
        }
    }
}
