using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// Batch normalisation: brings each channel to zero mean and unit variance, then scales and shifts it,
/// <c>y = (x - mean) / sqrt(variance + epsilon) * gain + bias</c>; in training with the mean and the variance of the batch, else with those gathered in training.
/// </summary>
/// <remarks>
/// Shapes: x <c>[N, C]</c> or <c>[N, C, ..]</c>, y the same. Parameters, under PyTorch's names: <c>NAME.weight</c>, the gain, ones, and <c>NAME.bias</c>, zeros;
/// <c>NAME.running_mean</c>, zeros, and <c>NAME.running_var</c>, ones, which are fixed: no optimizer changes them; all <c>[C]</c>. A forward pass of a tape that
/// is training and recording moves the last two towards the batch's mean and unbiased variance by a part of <c>momentum</c>. This is the single exception to the
/// rule that Forward never changes a layer: such passes are for one thread at a time. A channel of one element in all, such as <c>[1, C]</c>, has no variance:
/// it is normalised as outside training, and moves nothing. Cost: about ten operations an element, and twice as many backwards. Source: Ioffe and Szegedy 2015.
/// </remarks>
public sealed class BatchNorm : FeedForward
{
    private readonly ParameterSet _set;
    private readonly Parameter _gain, _bias, _mean, _variance;

    /// <summary>Makes the layer and adds its parameters to a set.</summary>
    /// <param name="parameters">The model's parameters.</param>
    /// <param name="name">The beginning of the parameters' names.</param>
    /// <param name="channels">C; 1 or more.</param>
    /// <param name="momentum">The part of a batch's statistics in the running ones, above 0 to 1; PyTorch's 0.1 by default. (Keras states 1 less this.)</param>
    /// <param name="epsilon">What is added to the variance, above 0; 1e-5 by default.</param>
    /// <exception cref="ArgumentException">A number is out of range, or a name is taken.</exception>
    public BatchNorm(ParameterSet parameters, string name, int channels, float momentum = 0.1f, float epsilon = 1e-5f)
        : base(name)
    {
        if (channels < 1 || !(momentum > 0 && momentum <= 1) || !(epsilon > 0))
        {
            throw new ArgumentException($"BatchNorm '{name}' expects channels of 1 or more, a momentum above 0 to 1 and an epsilon above 0, but got {channels}, "
                + $"{momentum} and {epsilon}.");
        }

        (Channels, Momentum, Epsilon) = (channels, momentum, epsilon);
        _gain = AddParameter(parameters, "weight", new Shape(channels), Initializer.Ones);
        _bias = AddParameter(parameters, "bias", new Shape(channels), Initializer.Zeros);
        _mean = AddParameter(parameters, "running_mean", new Shape(channels), Initializer.Zeros, trained: false);
        _variance = AddParameter(parameters, "running_var", new Shape(channels), Initializer.Ones, trained: false);
        _set = parameters;
    }

    /// <summary>C, the number of channels.</summary>
    public int Channels { get; }

    /// <summary>The part of a batch's statistics in the running ones.</summary>
    public float Momentum { get; }

    /// <summary>What is added to the variance.</summary>
    public float Epsilon { get; }

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        if (x.Shape.Rank < 2 || x.Shape[1] != Channels)
        {
            throw new ArgumentException($"BatchNorm '{Name}' expects x [N, C={Channels}] or [N, C={Channels}, ..], but got {x.Shape}."
                + (x.Shape.Rank < 2 ? "" : $"\n  Axis 1 is {x.Shape[1]}; C, the layer's channels, is {Channels}."));
        }

        int count = x.Shape.Length / Channels;
        if (!tape.Training || count < 2)
            return tape.BatchNormalization(x, _gain.Value, _bias.Value, _mean.Value, _variance.Value, Epsilon);
        Tensor y = tape.BatchNormalization(x, _gain.Value, _bias.Value, Epsilon, out Tensor statistics);
        if (tape.Recording)
            Gather(statistics.Values, count / (count - 1f));
        return y;
    }

    /// <inheritdoc/>
    protected override string Describe() => $"BatchNorm({Channels})";

    private void Gather(ReadOnlySpan<float> statistics, float unbiased)
    {
        Span<float> mean = _mean.Value.Span, variance = _variance.Value.Span;
        for (int c = 0; c < Channels; c++)
        {
            mean[c] += Momentum * (statistics[c] - mean[c]);
            variance[c] += Momentum * (unbiased * statistics[Channels + c] - variance[c]);
        }

        _set.Touch();
    }
}
