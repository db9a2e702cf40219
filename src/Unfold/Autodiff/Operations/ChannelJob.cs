using Unfold.Kernels.Normalization;
using Unfold.Tensors;

namespace Unfold.Autodiff.Operations;

/// <summary>The channels of a batch normalisation and of its gradient, shared by the team; each is one thread's, so that its sums have one order.</summary>
internal sealed unsafe class ChannelJob : PlaneJob
{
    [ThreadStatic]
    private static ChannelJob? _own;

    private Shape _shape;
    private float* _x;
    private float* _gain;
    private float* _statistics;
    private float _epsilon;
    private bool _ofBatch;
    private float* _bias;
    private float* _y;
    private float* _d;
    private Target _dx;
    private Target _dGain;
    private Target _dBias;

    public static ChannelJob Own => _own ??= new ChannelJob();

    /// <summary>The channels and how they are normalised.</summary>
    /// <param name="shape">The shape of x, [N, C, ..].</param>
    /// <param name="x">The input.</param>
    /// <param name="gain">[C].</param>
    /// <param name="statistics">[2, C], means and variances.</param>
    /// <param name="epsilon">Added to the variances.</param>
    /// <param name="ofBatch">Whether the statistics are those of x, which the forward pass writes.</param>
    public void Set(Shape shape, float* x, float* gain, float* statistics, float epsilon, bool ofBatch)
    {
        (_shape, _epsilon, _ofBatch) = (shape, epsilon, ofBatch);
        _x = x;
        _gain = gain;
        _statistics = statistics;
    }

    /// <summary>Computes y.</summary>
    public void Forward(float* bias, float* y)
    {
        _bias = bias;
        _y = y;
        _d = null;
        Start(_shape[1], _shape.Length);
    }

    /// <summary>Computes the gradients that are wanted.</summary>
    public void Backward(float* d, Target dx, Target dGain, Target dBias)
    {
        (_dGain, _dBias) = (dGain, dBias);
        _d = d;
        _dx = dx;
        Start(_shape[1], _shape.Length);
    }

    /// <inheritdoc/>
    protected override void Planes(int first, int count)
    {
        int channels = _shape[1], length = 1;
        for (int axis = 2; axis < _shape.Rank; axis++)
            length *= _shape[axis];
        Channel channel = new(_shape[0], channels, length);
        for (int c = first; c < first + count; c++)
        {
            nint start = (nint)c * length;
            if (_d is null)
                Normalize(in channel, c, channels, start);
            else
                AddGradients(in channel, c, channels, start);
        }
    }

    private void Normalize(in Channel channel, int c, int channels, nint start)
    {
        if (_ofBatch)
            ChannelNormalization.Moments(in channel, _x + start, out _statistics[c], out _statistics[channels + c]);
        float inverse = 1 / MathF.Sqrt(_statistics[channels + c] + _epsilon);
        ChannelNormalization.Normalize(in channel, _x + start, _y + start, _statistics[c], inverse * _gain[c], _bias[c]);
    }

    private void AddGradients(in Channel channel, int c, int channels, nint start)
    {
        float mean = _statistics[c], inverse = 1 / MathF.Sqrt(_statistics[channels + c] + _epsilon);
        ChannelNormalization.Sums(in channel, _d + start, _x + start, mean, out double sum, out double product);
        _dGain.Put(c, (float)(product * inverse));
        _dBias.Put(c, (float)sum);
        if (_dx.Values is null)
            return;
        double scale = (double)inverse * _gain[c];
        double slope = _ofBatch ? -scale * inverse * inverse * product / channel.Count : 0;
        double center = _ofBatch ? sum / channel.Count : 0;
        ChannelNormalization.Combine(
            in channel, _d + start, _x + start, _dx.Values + start, mean, (float)scale, (float)slope, (float)center, _dx.Accumulate);
    }

    /// <summary>Where a gradient goes, if it is wanted.</summary>
    public readonly struct Target(Tensor tensor, bool accumulate)
    {
        /// <summary>The first element; null where no gradient is wanted.</summary>
        public float* Values { get; } = tensor.HasValue ? tensor.Pointer : null;

        /// <summary>Whether to add.</summary>
        public bool Accumulate { get; } = accumulate;

        /// <summary>Writes one element, or adds to it.</summary>
        public void Put(int index, float value)
        {
            if (Values is not null)
                Values[index] = Accumulate ? Values[index] + value : value;
        }
    }
}
