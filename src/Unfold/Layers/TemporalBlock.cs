using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>One level of a <see cref="TemporalConvolutionalNetwork"/>, over x <c>[N, C, T]</c>: two causal convolutions of one dilation, and the way past them.</summary>
internal sealed class TemporalBlock
{
    private static readonly int[] One = [1];

    private readonly Parameter[] _weights = new Parameter[2];
    private readonly Parameter[] _biases = new Parameter[2];
    private readonly uint[] _dropouts = new uint[2];
    private readonly int[] _dilation;
    private readonly Parameter? _pastWeight, _pastBias;
    private readonly int _inputs, _channels, _kernel;
    private readonly float _dropout;

    /// <param name="add">Adds a parameter under the block's name.</param>
    /// <param name="name">The block's name.</param>
    /// <param name="inputs">C.</param>
    /// <param name="channels">H.</param>
    /// <param name="kernel">k.</param>
    /// <param name="dilation">d.</param>
    /// <param name="dropout">The probability of a zero.</param>
    public TemporalBlock(Func<string, Shape, Initializer, Parameter> add, string name, int inputs, int channels, int kernel, int dilation, float dropout)
    {
        (_inputs, _channels, _kernel, _dilation, _dropout) = (inputs, channels, kernel, [dilation], dropout);
        for (int i = 0; i < 2; i++)
        {
            (_weights[i], _biases[i]) = Add($"conv{i + 1}", i == 0 ? inputs : channels, kernel);
            _dropouts[i] = Place.Of($"{name}.dropout{i + 1}");
        }

        if (inputs != channels)
            (_pastWeight, _pastBias) = Add("downsample", inputs, 1);

        (Parameter Weight, Parameter Bias) Add(string convolution, int from, int length)
        {
            Shape shape = new(channels, from, length);
            Initializer uniform = ConvolutionText.Uniform(shape);
            return (add($"{convolution}.weight", shape, uniform), add($"{convolution}.bias", new Shape(channels), uniform));
        }
    }

    /// <summary>The weight [H, C, k] and the bias of the first (0) or second (1) convolution.</summary>
    public (Tensor Weight, Tensor Bias) Convolution(int convolution) => (_weights[convolution].Value, _biases[convolution].Value);

    /// <summary>The weight [H, C, 1] and the bias of the way past them; null where it is the identity.</summary>
    public (Tensor Weight, Tensor Bias)? Downsample => _pastWeight is null ? null : (_pastWeight.Value, _pastBias!.Value);

    /// <summary>d.</summary>
    public int Dilation => _dilation[0];

    /// <summary>d(k - 1): the inputs before a step that its output needs.</summary>
    private int Past => _dilation[0] * (_kernel - 1);

    /// <summary>The shape of what the first (0) or second (1) convolution remembers.</summary>
    public Shape StateShape(int convolution, int batch) => new(batch, convolution == 0 ? _inputs : _channels, Past);

    /// <summary>Applies the block; <paramref name="first"/> is the number of its first tensor in the states.</summary>
    public Tensor Forward(Tape tape, Tensor x, PackedSequences? sequences, RecurrentState? state, RecurrentState? next, int first)
    {
        Tensor y = x;
        for (int i = 0; i < 2; i++)
        {
            Tensor past = state is null ? default : state.Tensors[first + i];
            Tensor convolved = Convolve(tape, y, past, i);
            if (next is not null)
                Remember(past, y, sequences, next.Tensors[first + i]);
            y = tape.Dropout(tape.Relu(convolved), _dropout, _dropouts[i]);
        }

        Tensor beside = _pastWeight is null ? x : tape.Convolution(x, _pastWeight.Value, _pastBias!.Value);
        return tape.Relu(tape.Add(beside, y));
    }

    private Tensor Convolve(Tape tape, Tensor x, Tensor past, int convolution)
    {
        Tensor weight = _weights[convolution].Value, bias = _biases[convolution].Value;
        if (!past.HasValue)
            return tape.Convolution(x, weight, bias, One, Padding.Causal, _dilation);

        // A single step reads k inputs only; the sums have the same order, so the bits are the same.
        return x.Shape[2] == 1 && !tape.Recording
            ? tape.Convolution(Taps(tape, x, past), weight, bias)
            : tape.Convolution(tape.Concat(past, x), weight, bias, One, Padding.None, _dilation);
    }

    /// <summary>The inputs that one step's kernel meets, <c>[N, C, k]</c>.</summary>
    private Tensor Taps(Tape tape, Tensor x, Tensor past)
    {
        int rows = x.Shape.Length, dilation = _dilation[0];
        Tensor taps = tape.Rent(x.Shape.WithLast(_kernel));
        Span<float> target = taps.Span;
        ReadOnlySpan<float> before = past.Values, now = x.Values;
        for (int row = 0; row < rows; row++)
        {
            for (int tap = 0; tap < _kernel - 1; tap++)
                target[(row * _kernel) + tap] = before[(row * Past) + (tap * dilation)];
            target[(row * _kernel) + _kernel - 1] = now[row];
        }

        return taps;
    }

    /// <summary>Writes the last inputs into the next state, which may be the past itself.</summary>
    private void Remember(Tensor past, Tensor x, PackedSequences? sequences, Tensor next)
    {
        int width = x.Shape[2], channels = x.Shape[1], rows = x.Shape[0] * channels;
        for (int row = 0; row < rows; row++)
        {
            int steps = sequences?.Length(row / channels) ?? width, kept = Math.Max(0, Past - steps);
            Span<float> target = next.Span.Slice(row * Past, Past);
            if (past.HasValue)
                past.Values.Slice((row * Past) + Past - kept, kept).CopyTo(target);
            else
                target[..kept].Clear();
            x.Values.Slice((row * width) + steps - (Past - kept), Past - kept).CopyTo(target[kept..]);
        }
    }
}
