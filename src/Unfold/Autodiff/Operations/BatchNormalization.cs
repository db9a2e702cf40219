using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

public static partial class TapeOperations
{
    /// <summary>
    /// Effectively brings each channel to zero mean and unit variance over the batch and all further axes, then scales and shifts it:
    /// <c>y = (x - mean) / sqrt(variance + epsilon) * gain + bias</c>.
    /// </summary>
    /// <remarks>
    /// Shapes: x <c>[N, C]</c> or <c>[N, C, ..]</c> with at least one element a channel; gain and bias <c>[C]</c>; <paramref name="statistics"/>
    /// <c>[2, C]</c>, means and (biased) variances; the result as x. Gradients: through mean and variance, too. Source: Ioffe and Szegedy 2015.
    /// </remarks>
    /// <param name="tape">The tape.</param>
    /// <param name="x">The input.</param>
    /// <param name="gain">What each normalised channel is multiplied with.</param>
    /// <param name="bias">What is added to it then.</param>
    /// <param name="epsilon">What is added to the variance.</param>
    /// <param name="statistics">The mean and the variance of each channel of x; made on the tape, without a gradient.</param>
    /// <exception cref="ArgumentException">A shape does not fit, or there is no element.</exception>
    public static Tensor BatchNormalization(this Tape tape, Tensor x, Tensor gain, Tensor bias, float epsilon, out Tensor statistics)
    {
        CheckChannels(x, gain, bias);
        if (x.Shape.Length == 0)
            throw new ArgumentException($"BatchNormalization expects at least one element, but got {x.Shape}.");
        statistics = tape.Rent(new Shape(2, x.Shape[1]));
        return NormalizeChannels(tape, x, gain, bias, statistics, epsilon, ofBatch: true);
    }

    /// <summary>The same with given means and variances, of which x is independent: outside training those that training has gathered.</summary>
    /// <remarks>Shapes and gradients: as there, mean and variance <c>[C]</c>; no gradient passes to these.</remarks>
    /// <exception cref="ArgumentException">A shape does not fit.</exception>
    public static Tensor BatchNormalization(this Tape tape, Tensor x, Tensor gain, Tensor bias, Tensor mean, Tensor variance, float epsilon)
    {
        CheckChannels(x, gain, bias);
        if (mean.Shape != gain.Shape || variance.Shape != gain.Shape)
            throw new ArgumentException($"BatchNormalization expects mean and variance [C={gain.Shape.Last}], but got {mean.Shape} and {variance.Shape}.");
        Tensor statistics = tape.Rent(new Shape(2, x.Shape[1]));
        mean.Values.CopyTo(statistics.Span);
        variance.Values.CopyTo(statistics.Span[gain.Shape.Length..]);
        return NormalizeChannels(tape, x, gain, bias, statistics, epsilon, ofBatch: false);
    }

    private static void CheckChannels(Tensor x, Tensor gain, Tensor bias)
    {
        if (x.Shape.Rank < 2)
            throw new ArgumentException($"BatchNormalization expects x [N, C] or [N, C, ..], but got {x.Shape}.");
        if (gain.Shape != new Shape(x.Shape[1]) || bias.Shape != gain.Shape)
        {
            throw new ArgumentException($"BatchNormalization expects gain and bias [C={x.Shape[1]}], as x is {x.Shape}, but got {gain.Shape} and "
                + $"{bias.Shape}.");
        }
    }

    private static unsafe Tensor NormalizeChannels(Tape tape, Tensor x, Tensor gain, Tensor bias, Tensor statistics, float epsilon, bool ofBatch)
    {
        Tensor y = tape.Rent(x.Shape);
        fixed (float* px = x.Span, py = y.Span, pg = gain.Span, pb = bias.Span, ps = statistics.Span)
        {
            ChannelJob job = ChannelJob.Own;
            job.Set(x.Shape, px, pg, ps, epsilon, ofBatch);
            job.Forward(pb, py);
        }

        if (tape.Records(x, gain, bias))
        {
            ChannelCall call = tape.RentObject<ChannelCall>();
            (call.Bias, call.OfBatch) = (bias, ofBatch);
            tape.Record(new TapeEntry
            {
                Operation = BatchNormalizationOperation.Instance,
                Output = y,
                A = x,
                B = gain,
                C = statistics,
                Number = epsilon,
                Extra = call,
            });
        }

        return y;
    }

    private sealed class ChannelCall
    {
        public Tensor Bias { get; set; }

        public bool OfBatch { get; set; }
    }

    private sealed unsafe class BatchNormalizationOperation : TapeOperation
    {
        public static readonly BatchNormalizationOperation Instance = new();

        public override void Backward(Tape tape, in TapeEntry entry)
        {
            var call = (ChannelCall)entry.Extra!;
            Tensor d = tape.Gradient(entry.Output);
            bool accumulateX = false, accumulateGain = false, accumulateBias = false;
            Tensor dx = tape.NeedsGradient(entry.A) ? tape.GradientTarget(entry.A, out accumulateX) : default;
            Tensor dGain = tape.NeedsGradient(entry.B) ? tape.GradientTarget(entry.B, out accumulateGain) : default;
            Tensor dBias = tape.NeedsGradient(call.Bias) ? tape.GradientTarget(call.Bias, out accumulateBias) : default;
            fixed (float* pd = d.Span, px = entry.A.Span, pg = entry.B.Span, ps = entry.C.Span)
            {
                ChannelJob job = ChannelJob.Own;
                job.Set(entry.A.Shape, px, pg, ps, entry.Number, call.OfBatch);
                job.Backward(pd, new(dx, accumulateX), new(dGain, accumulateGain), new(dBias, accumulateBias));
            }
        }
    }
}
