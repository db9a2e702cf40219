using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// A temporal convolutional network (TCN): residual blocks of two dilated causal convolutions, the dilation doubling from block to block, so that each output sees a
/// long stretch of the past and nothing later. Stands wherever a recurrent layer can.
/// </summary>
/// <remarks>
/// Effectively computes, for each level l with dilation <c>d = 2^l</c>, <c>y = relu(r(x) + drop(relu(conv2(drop(relu(conv1(x)))))))</c>, where r is the identity, or a
/// convolution of length 1 where x has other channels. Shapes: x <c>[T, N, C]</c>, output <c>[T, N, H]</c>; the state is, for each convolution, its last d(k - 1) inputs <c>[N, C, d(k - 1)]</c>,
/// zeros at the start. The output sees <see cref="ReceptiveField"/> steps. Parameters: <c>NAME.l0.conv1.weight [H, C, k]</c>, <c>NAME.l0.conv1.bias [H]</c>, likewise <c>conv2</c> and, where channels
/// differ, <c>downsample</c>. Cost: 4 H² k operations a level, step and sequence, times three in training; a step of streaming also moves its state. Source: Bai, Kolter and Koltun 2018, without
/// their weight normalisation: the branches begin small beside the identity (PyTorch's first values), which an adaptive optimizer trains as well, and a weight in a
/// file is the weight that is used.
/// </remarks>
public sealed class TemporalConvolutionalNetwork : SequenceLayer
{
    private readonly TemporalBlock[] _blocks;

    /// <summary>Makes the layer and adds its parameters to a set.</summary>
    /// <param name="parameters">The model's parameters.</param>
    /// <param name="name">The beginning of the parameters' names, such as <c>tcn</c>.</param>
    /// <param name="inputSize">C, the number of input features; 1 or more.</param>
    /// <param name="channels">H, the channels of every level; 1 or more.</param>
    /// <param name="levels">How many blocks; 1 to 20, since each doubles the dilation.</param>
    /// <param name="kernel">k, the kernel's length; 2 or more.</param>
    /// <param name="dropout">The probability of a zero behind each convolution in training; 0 by default, below 1.</param>
    /// <exception cref="ArgumentException">A number is out of range, or a name is taken.</exception>
    public TemporalConvolutionalNetwork(ParameterSet parameters, string name, int inputSize, int channels, int levels, int kernel, float dropout = 0)
        : base(name, "TemporalConvolutionalNetwork", inputSize)
    {
        if (inputSize < 1 || channels < 1 || levels is < 1 or > 20 || kernel is < 2 or > 1 << 10 || !(dropout >= 0 && dropout < 1))
        {
            throw new ArgumentException($"{Who} expects sizes of 1 or more, 1 to 20 levels, a kernel of 2 to 1024 and a dropout from 0 to below 1, but got "
                + $"inputSize {inputSize}, channels {channels}, levels {levels}, kernel {kernel}, dropout {dropout}.");
        }

        (OutputSize, Kernel, Dropout) = (channels, kernel, dropout);
        _blocks = new TemporalBlock[levels];
        for (int level = 0; level < levels; level++)
        {
            string prefix = $"l{level}";
            _blocks[level] = new TemporalBlock(
                (p, shape, initializer) => AddParameter(parameters, $"{prefix}.{p}", shape, initializer), $"{name}.{prefix}",
                level == 0 ? inputSize : channels, channels, kernel, 1 << level, dropout);
        }
    }

    /// <summary>The levels.</summary>
    internal IReadOnlyList<TemporalBlock> Blocks => _blocks;

    /// <inheritdoc/>
    public override int OutputSize { get; }

    /// <summary>How many blocks there are.</summary>
    public int Levels => _blocks.Length;

    /// <summary>k, the kernel's length.</summary>
    public int Kernel { get; }

    /// <summary>The probability of a zero behind each convolution in training.</summary>
    public float Dropout { get; }

    /// <summary>The steps that an output sees, its own included: <c>1 + 2 (k - 1) (2^levels - 1)</c>.</summary>
    public long ReceptiveField => 1 + (2L * (Kernel - 1) * ((1L << Levels) - 1));

    /// <inheritdoc/>
    /// <returns>Zeros: as if zeros had been read.</returns>
    public override RecurrentState InitialState(int batch) => new([.. _blocks.SelectMany(block => new[] { Tensor.Zeros(block.StateShape(0, batch)), Tensor.Zeros(block.StateShape(1, batch)) })]);

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x, RecurrentState? state, RecurrentState next)
    {
        ArgumentNullException.ThrowIfNull(next);
        CheckInput(x);
        CheckState(state, x.Shape[1]);
        CheckState(next, x.Shape[1]);
        return Run(tape, x, null, state, next);
    }

    /// <inheritdoc/>
    /// <remarks>What follows a sequence's end up to the end of the batch's longest is computed and thrown away: batches of like lengths keep it small.</remarks>
    public override Tensor Forward(Tape tape, Tensor x, PackedSequences sequences, RecurrentState? state, RecurrentState? next)
    {
        CheckRows(x, sequences);
        CheckState(state, sequences.Count);
        CheckState(next, sequences.Count);
        Tensor padded = SequenceRowsOperation.Padded(tape, x, sequences, sequences.Steps);
        return SequenceRowsOperation.Packed(tape, Run(tape, padded, sequences, state, next), sequences);
    }

    /// <inheritdoc/>
    protected override string Describe() =>
        $"TemporalConvolutionalNetwork({InputSize} -> {OutputSize}, {Levels} levels, kernel {Kernel}{(Dropout > 0 ? FormattableString.Invariant($", dropout {Dropout}") : "")})";

    private protected override void FillInitial(int tensor, Span<float> values) => values.Clear();

    private Tensor Run(Tape tape, Tensor x, PackedSequences? sequences, RecurrentState? state, RecurrentState? next)
    {
        Tensor y = tape.Permute(x, 1, 2, 0);
        for (int level = 0; level < _blocks.Length; level++)
            y = _blocks[level].Forward(tape, y, sequences, state, next, 2 * level);
        return tape.Permute(y, 2, 0, 1);
    }

    private protected override void CheckState(RecurrentState? state, int batch)
    {
        if (state is null)
            return;
        if (state.Tensors.Count != 2 * _blocks.Length)
            throw new ArgumentException($"{Who} expects a state of {2 * _blocks.Length} tensors, but got {state.Tensors.Count}: it belongs to another layer.");
        for (int i = 0; i < state.Tensors.Count; i++)
        {
            Shape shape = _blocks[i / 2].StateShape(i % 2, batch);
            if (state.Tensors[i].Shape != shape)
            {
                throw new ArgumentException($"{Who} expects the inputs kept for conv{(i % 2) + 1} of level {i / 2} to be [N, C, d(k - 1)] = {shape}, but got {state.Tensors[i].Shape}. "
                    + "N is the batch of x.");
            }
        }
    }
}
