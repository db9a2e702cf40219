using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Cells;
using Unfold.Cells.Execution;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// A stack of recurrent layers of one cell: layer l reads what layer l - 1 gives, with dropout between the layers in training.
/// </summary>
/// <remarks>
/// Effectively computes, for each layer and step, the cell's equations. Shapes: x <c>[T, N, C]</c>, output <c>[T, N, O]</c>, where O is the size of the
/// cell's output, mostly H; a state is <c>[N, S]</c>. Sequences may have different lengths. Parameters are named <c>NAME.l0.Wf</c> and so on, by the cell's own names. Cost: the cell's, a step
/// and sequence (see <c>unfold cell cost</c>), times three in training. Forward gives the same bits for a sequence whatever the batch, and whether
/// it is run at once or in parts with the state carried.
/// </remarks>
public sealed class Recurrent : SequenceLayer
{
    private readonly RecurrentLayer[] _layers;
    private readonly Dropout?[] _dropouts;
    private readonly int _stateCount;

    /// <summary>Makes the layers and adds their parameters to a set.</summary>
    /// <param name="parameters">The model's parameters.</param>
    /// <param name="name">The beginning of the parameters' names, such as <c>rnn</c>.</param>
    /// <param name="cell">The cell of every layer.</param>
    /// <param name="inputSize">C, the number of input features; 1 or more.</param>
    /// <param name="hiddenSize">H, the number of hidden units; 1 or more.</param>
    /// <param name="layers">L, how many layers; 1 by default.</param>
    /// <param name="dropout">The probability with which an input of a layer above the first is zero in training; 0 by default, below 1.</param>
    /// <param name="skipConnections">Whether each layer above the first adds its input to its output (He et al. 2016). Default false.</param>
    /// <exception cref="ArgumentException">A size is out of range, or the cell needs C = H and they differ.</exception>
    public Recurrent(
        ParameterSet parameters, string name, Cell cell, int inputSize, int hiddenSize, int layers = 1, float dropout = 0, bool skipConnections = false)
        : base(name, $"Recurrent({cell?.Name})", inputSize)
    {
        ArgumentNullException.ThrowIfNull(cell);
        if (inputSize < 1 || hiddenSize < 1 || layers < 1)
        {
            throw new ArgumentException(
                $"Recurrent({cell.Name}) '{name}' expects sizes of 1 or more, but got inputSize {inputSize}, hiddenSize {hiddenSize}, layers {layers}.");
        }

        if (cell.NeedsEqualSizes && inputSize != hiddenSize)
        {
            throw new ArgumentException(
                $"Recurrent({cell.Name}) '{name}' expects C = H, because the cell adds x to a hidden vector, but got C={inputSize}, H={hiddenSize}.\n"
                + $"  Make the embedding or the hidden size {Math.Max(inputSize, hiddenSize)}, or write the sum as `Wx x + ...` in the cell.");
        }

        Cell = cell;
        HiddenSize = hiddenSize;
        SkipConnections = skipConnections;
        _layers = new RecurrentLayer[layers];
        _dropouts = new Dropout?[layers];
        for (int i = 0; i < layers; i++)
        {
            string prefix = $"l{i}";
            int size = i == 0 ? inputSize : _layers[i - 1].OutputSize;
            if (cell.NeedsEqualSizes && size != hiddenSize)
                throw new ArgumentException($"Recurrent({cell.Name}) '{name}' cannot be stacked: a layer gives {size} features, but the next expects {hiddenSize}.");
            _layers[i] = new RecurrentLayer(
                parameters, (p, shape, initializer, trained) => AddParameter(parameters, $"{prefix}.{p}", shape, initializer, trained),
                $"{name}.{prefix}", cell, size, hiddenSize);
            if (i > 0 && dropout > 0)
                _dropouts[i] = new Dropout($"{name}.{prefix}.dropout", dropout);
        }

        _stateCount = _layers.Sum(l => l.StateCount);
    }

    /// <summary>The cell of every layer.</summary>
    public Cell Cell { get; }

    /// <summary>H, the number of hidden units of a layer.</summary>
    public int HiddenSize { get; }

    /// <inheritdoc/>
    public override int OutputSize => _layers[^1].OutputSize;

    /// <summary>L, the number of layers.</summary>
    public int LayerCount => _layers.Length;

    /// <summary>Whether each layer above the first adds its input to its output.</summary>
    public bool SkipConnections { get; }

    /// <summary>
    /// Whether training keeps only the outputs and the states every some steps, and computes the rest again on the way back: a third more work, and of an
    /// LSTM's 6·H floats a row and step only the H of the output. For very long sequences. Default false. No result depends on it.
    /// </summary>
    public bool Recompute { get; init; }

    internal IReadOnlyList<RecurrentLayer> Layers => _layers;

    /// <summary>The layers as PyTorch's modules call them.</summary>
    internal IEnumerable<RecurrentPart> Parts => _layers.Select((layer, i) => new RecurrentPart(layer, Name, $"l{i}"));

    /// <inheritdoc/>
    /// <returns>What the cell's text says, zeros by default.</returns>
    public override RecurrentState InitialState(int batch)
    {
        var tensors = new List<Tensor>();
        foreach (RecurrentLayer layer in _layers)
        {
            for (int i = 0; i < layer.StateCount; i++)
            {
                Tensor tensor = Tensor.Zeros(layer.StateShape(i, batch));
                layer.FillInitial(i, tensor.Span);
                tensors.Add(tensor);
            }
        }

        return new RecurrentState([.. tensors]);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x, RecurrentState? state, RecurrentState next)
    {
        CheckInput(x);
        CheckState(state, x.Shape[1]);
        CheckState(next, x.Shape[1]);
        var rows = tape.RentObject<SequenceRows>();
        rows.Set(x.Shape[0], x.Shape[1]);
        return Run(tape, x.Reshape(rows.Total, InputSize), rows, null, state, next).Reshape(rows.Steps, rows.Batch, OutputSize);
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x, PackedSequences sequences, RecurrentState? state, RecurrentState? next)
    {
        CheckRows(x, sequences);
        CheckState(state, sequences.Count);
        CheckState(next, sequences.Count);
        return Run(tape, x, sequences.Rows, sequences, state, next);
    }

    /// <summary>Runs the layers over rows [S, C] that lie as given.</summary>
    private Tensor Run(Tape tape, Tensor x, SequenceRows rows, PackedSequences? sequences, RecurrentState? state, RecurrentState? next)
    {
        int first = 0;
        for (int i = 0; i < _layers.Length; i++)
        {
            RecurrentLayer layer = _layers[i];
            Tensor input = _dropouts[i]?.Forward(tape, x, sequences?.Padded, rows.Batch) ?? x;
            Tensor output = layer.Forward(tape, input, rows, StatesOf(state), StatesOf(next), sequences, Recompute);
            first += layer.StateCount;
            x = SkipConnections && i > 0 && x.Shape == output.Shape ? tape.Add(x, output) : output;

            ReadOnlySpan<Tensor> StatesOf(RecurrentState? all) => all is null ? [] : ((Tensor[])all.Tensors).AsSpan(first, layer.StateCount);
        }

        return x;
    }

    /// <inheritdoc/>
    protected override string Describe() =>
        $"Recurrent({Cell.Name}, {InputSize} -> {HiddenSize}{(LayerCount > 1 ? $", {LayerCount} layers" : "")}{(SkipConnections ? ", skip connections" : "")}"
        + $"{(_dropouts[^1] is Dropout d ? $", dropout {d.Probability}" : "")})";

    private protected override void FillInitial(int tensor, Span<float> values)
    {
        int layer = 0;
        for (; tensor >= _layers[layer].StateCount; layer++)
            tensor -= _layers[layer].StateCount;
        _layers[layer].FillInitial(tensor, values);
    }

    private protected override void CheckState(RecurrentState? state, int batch)
    {
        if (state is null)
            return;
        if (state.Tensors.Count != _stateCount)
        {
            throw new ArgumentException(
                $"{Who} expects a state of {_stateCount} tensors, but got {state.Tensors.Count}: it belongs to another layer.");
        }

        int index = 0;
        foreach (RecurrentLayer layer in _layers)
        {
            for (int i = 0; i < layer.StateCount; i++, index++)
            {
                Shape shape = layer.StateShape(i, batch);
                if (state.Tensors[index].Shape != shape)
                {
                    throw new ArgumentException(
                        $"{Who} expects state '{layer.Graph.States[i].Name}' of {layer.Name} to be [N, S] = {shape}, "
                        + $"but got {state.Tensors[index].Shape}. N is the batch of x.");
                }
            }
        }
    }
}
