using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Onnx.Import;

/// <summary>An RNN, LSTM or GRU as layers of cells, one a direction: its attributes become equations, its weights the cells' parameters.</summary>
internal sealed class RecurrentImport
{
    private readonly string _type;
    private readonly bool _batchFirst;
    private readonly bool[] _reverse;
    private readonly int _hidden, _inputs;

    /// <summary>Makes the layers and adds their parameters to a set.</summary>
    /// <param name="set">The set.</param>
    /// <param name="node">The operator.</param>
    /// <param name="name">The beginning of the parameters' names.</param>
    /// <param name="weight">W's shape.</param>
    /// <param name="recurrence">R's shape.</param>
    /// <param name="peepholes">Whether it has P.</param>
    /// <exception cref="FormatException">Something does not fit.</exception>
    public RecurrentImport(ParameterSet set, ImportedNode node, string name, int[] weight, int[] recurrence, bool peepholes)
    {
        _type = node.Type;
        _batchFirst = node.Integer("layout", 0) != 0;
        bool afterReset = node.Integer("linear_before_reset", 0) != 0, coupled = node.Integer("input_forget", 0) != 0;
        int gates = OperatorWeights.GatesOf(_type).Length;
        _reverse = node.Text("direction", "forward") switch
        {
            "forward" => [false],
            "reverse" => [true],
            "bidirectional" => [false, true],
            string other => throw new FormatException($"the direction '{other}' is not known"),
        };
        if (weight.Length != 3 || recurrence.Length != 3 || weight[0] != _reverse.Length || recurrence[0] != weight[0] || weight[1] != recurrence[1] || weight[1] != gates * recurrence[2] || weight[2] < 1 || recurrence[2] < 1)
            throw new FormatException($"W [{string.Join(", ", weight)}] and R [{string.Join(", ", recurrence)}] should be [{_reverse.Length}, {gates} H, C] and [{_reverse.Length}, {gates} H, H]");
        (_hidden, _inputs) = (recurrence[2], weight[2]);
        Weights = new OperatorWeights(_type, _hidden, _inputs, afterReset);
        if (node.Integer("hidden_size", _hidden) != _hidden)
            throw new FormatException($"hidden_size is {node.Integer("hidden_size", 0)}, but R's is {_hidden}");
        float clip = node.Real("clip", 0);
        if (!(clip >= 0))
            throw new FormatException($"a clip of {clip} cannot be");
        Layers = new Recurrent[_reverse.Length];
        Func<string, string>[] activations = RecurrentText.Activations(node, _reverse.Length);
        int each = activations.Length / Layers.Length;
        for (int d = 0; d < Layers.Length; d++)
        {
            string text = RecurrentText.Of(_type, activations[(d * each)..((d + 1) * each)], clip, afterReset, coupled, peepholes);
            Layers[d] = new Recurrent(set, Layers.Length == 1 ? name : $"{name}.{(_reverse[d] ? "backward" : "forward")}", Cell.Parse(text, _type.ToLowerInvariant()), _inputs, _hidden);
        }
    }

    /// <summary>The layers.</summary>
    public Recurrent[] Layers { get; }

    /// <summary>The weights as the operator has them.</summary>
    public OperatorWeights Weights { get; }

    /// <summary>Runs the layers.</summary>
    public OnnxTensor[] Run(OperatorCall call)
    {
        Tensor x = call.Real(0);
        if (x.Shape.Rank != 3 || x.Shape[2] != _inputs)
            throw new FormatException($"X should be {(_batchFirst ? "[N, T" : "[T, N")}, C = {_inputs}], but is {x.Shape}");
        if (_batchFirst)
            x = call.Tape.Permute(x, 1, 0, 2);
        int steps = x.Shape[0], batch = x.Shape[1];
        int[] lengths = Lengths(call.Optional(4), steps, batch);
        List<Tensor> outputs = [], hidden = [], cells = [];
        for (int d = 0; d < Layers.Length; d++)
        {
            Recurrent layer = Layers[d];
            RecurrentState state = layer.InitialState(batch);
            for (int s = 0; s < state.Tensors.Count; s++)
                Start(call, layer.Layers[0].Graph.States[s].Name == "c" ? 6 : 5, d, batch, state.Tensors[s]);
            int[] order = Order(lengths, steps, _reverse[d]);
            Tensor read = _reverse[d] ? Rows(call.Tape, x, order) : x;
            (Tensor y, RecurrentState final) = layer.Forward(call.Tape, read, lengths, state);
            hidden.Add(call.Tape.Embedding(y.Reshape(steps * batch, _hidden), [.. lengths.Select((length, n) => ((length - 1) * batch) + n)], new Shape(batch)));
            if (_type == "LSTM")
                cells.Add(final.Tensors[layer.Layers[0].Graph.States[0].Name == "c" ? 0 : 1]);
            outputs.Add(_reverse[d] ? Rows(call.Tape, y, order) : y);
        }

        OnnxTensor[] results = [new OnnxTensor(Together(call.Tape, outputs, steps, batch)), new OnnxTensor(Last(call.Tape, hidden, batch))];
        return _type == "LSTM" ? [.. results, new OnnxTensor(Last(call.Tape, cells, batch))] : results;
    }

    private static int[] Lengths(OnnxTensor? given, int steps, int batch)
    {
        if (given is null)
            return [.. Enumerable.Repeat(steps, batch)];
        return given.Length == batch && given.Integers.All(length => length >= 1 && length <= steps)
            ? [.. given.Integers.Select(length => (int)length)]
            : throw new FormatException($"sequence_lens should be {batch} numbers from 1 to {steps}");
    }

    /// <summary>A direction's part of an initial state [D, N, H], or [N, D, H] where the batch comes first.</summary>
    private void Start(OperatorCall call, int operand, int direction, int batch, Tensor target)
    {
        if (call.Optional(operand) is not OnnxTensor given)
        {
            target.Span.Clear();
            return;
        }

        int directions = Layers.Length;
        OperatorWeights.Require("an initial state", given, _batchFirst ? [batch, directions, _hidden] : [directions, batch, _hidden]);
        for (int n = 0; n < batch; n++)
        {
            int row = _batchFirst ? (n * directions) + direction : (direction * batch) + n;
            given.Real.Values.Slice(row * _hidden, _hidden).CopyTo(target.Span[(n * _hidden)..]);
        }
    }

    /// <summary>For each row t · N + n the one that takes its place when the sequence is read from its own end.</summary>
    private static int[] Order(int[] lengths, int steps, bool reverse)
    {
        int batch = lengths.Length;
        return reverse ? [.. Enumerable.Range(0, steps * batch).Select(row => row / batch < lengths[row % batch] ? ((lengths[row % batch] - 1 - (row / batch)) * batch) + (row % batch) : row)] : [];
    }

    private static Tensor Rows(Tape tape, Tensor x, int[] order) =>
        tape.Embedding(x.Reshape(x.Shape[0] * x.Shape[1], x.Shape[2]), order, new Shape(order.Length)).Reshape(x.Shape);

    /// <summary>[T, D, N, H], or [N, T, D, H] where the batch comes first.</summary>
    private Tensor Together(Tape tape, List<Tensor> outputs, int steps, int batch)
    {
        Tensor all = (outputs.Count == 1 ? outputs[0] : tape.Concat([.. outputs])).Reshape(steps, batch, outputs.Count, _hidden);
        return _batchFirst ? tape.Permute(all, 1, 0, 2, 3) : outputs.Count == 1 ? all.Reshape(steps, 1, batch, _hidden) : tape.Permute(all, 0, 2, 1, 3);
    }

    /// <summary>[D, N, H], or [N, D, H] where the batch comes first.</summary>
    private Tensor Last(Tape tape, List<Tensor> states, int batch)
    {
        Tensor all = (states.Count == 1 ? states[0] : tape.Concat([.. states])).Reshape(batch, states.Count, _hidden);
        return _batchFirst ? all : states.Count == 1 ? all.Reshape(1, batch, _hidden) : tape.Permute(all, 1, 0, 2);
    }
}
