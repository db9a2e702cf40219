using System.Numerics;
using Unfold.Cells.Graph;

namespace Unfold.Cells.Reference;

/// <summary>
/// What a cell means, in the plainest code: one sequence at a time, one step at a time, one node at a time. Slow and allocating by intention: it stays
/// readable, and the fast execution is proven equal to it. Time-major like everything: x [T, N, C], a state of size S [T + 1, N, S].
/// </summary>
/// <typeparam name="T">float, or double for gradient checks.</typeparam>
internal sealed class Interpreter<T> where T : IFloatingPointIeee754<T>
{
    private readonly CellGraph _graph;
    private readonly Adjoint _adjoint;
    private readonly IReadOnlyDictionary<string, int> _sizes;
    private readonly IReadOnlyDictionary<string, T[]> _parameters;
    private readonly MaskSource? _masks;

    /// <summary>An interpreter of one cell with its weights.</summary>
    /// <param name="graph">The cell.</param>
    /// <param name="sizes">Every named size: <see cref="CellGraph.SizesFor"/>.</param>
    /// <param name="parameters">Each parameter, row-major, and each learned initial state as <c>NAME0</c>.</param>
    /// <param name="masks">Where masks are drawn when training; null outside training, where each mask is its expectation.</param>
    public Interpreter(CellGraph graph, IReadOnlyDictionary<string, int> sizes, IReadOnlyDictionary<string, T[]> parameters, MaskSource? masks = null)
    {
        _graph = graph;
        _adjoint = Adjoint.Of(graph);
        _sizes = sizes;
        _parameters = parameters;
        _masks = masks;
    }

    /// <summary>Runs the cell over whole sequences.</summary>
    /// <param name="x">[T, N, C].</param>
    /// <param name="steps">T.</param>
    /// <param name="sequences">N.</param>
    /// <param name="initial">A state each, [N, S]; null, or null for a state, takes what the cell's text says.</param>
    public Run<T> Forward(T[] x, int steps, int sequences, IReadOnlyList<T[]?>? initial = null)
    {
        int inputSize = Length(_graph.Input);
        var run = new Run<T>(
            steps, sequences, new T[steps * sequences * Length(_graph.Output)],
            [.. _graph.States.Select(s => new T[(steps + 1) * sequences * Length(s.Previous)])],
            new Dictionary<Node, T[]>[steps, sequences]);
        for (int s = 0; s < _graph.States.Count; s++)
        {
            for (int n = 0; n < sequences; n++)
                InitialState(_graph.States[s], initial?[s], n).CopyTo(Row(run.States[s], n, Length(_graph.States[s].Previous)));
        }

        for (int t = 0; t < steps; t++)
        {
            for (int n = 0; n < sequences; n++)
            {
                int row = t * sequences + n;
                var values = new Dictionary<Node, T[]> { [_graph.Input] = Row(x, row, inputSize).ToArray() };
                for (int s = 0; s < _graph.States.Count; s++)
                    values[_graph.States[s].Previous] = Row(run.States[s], row, Length(_graph.States[s].Previous)).ToArray();
                Evaluate(_graph.Nodes, values, n, t);

                values[_graph.Output].CopyTo(Row(run.Output, row, Length(_graph.Output)));
                for (int s = 0; s < _graph.States.Count; s++)
                    values[_graph.States[s].Next].CopyTo(Row(run.States[s], row + sequences, Length(_graph.States[s].Next)));
                run.Values[t, n] = values;
            }
        }

        return run;
    }

    /// <summary>Back through time: from the gradient of the outputs, and of the final states, to those of everything else.</summary>
    /// <param name="run">What <see cref="Forward"/> gave.</param>
    /// <param name="outputGradient">[T, N, O].</param>
    /// <param name="finalGradients">A state each, [N, S]; null for none.</param>
    public Gradients<T> Backward(Run<T> run, T[] outputGradient, IReadOnlyList<T[]>? finalGradients = null)
    {
        int steps = run.Steps, sequences = run.Sequences;
        var result = new Gradients<T>(
            new T[steps * sequences * Length(_graph.Input)],
            [.. _graph.States.Select((s, i) => finalGradients is null ? new T[sequences * Length(s.Previous)] : (T[])finalGradients[i].Clone())],
            _graph.Parameters.ToDictionary(p => p.Name, p => new T[Length(p.Node)], StringComparer.Ordinal));
        for (int t = steps - 1; t >= 0; t--)
        {
            for (int n = 0; n < sequences; n++)
            {
                int row = t * sequences + n;
                var values = new Dictionary<Node, T[]>(run.Values[t, n])
                {
                    [_adjoint.OutputGradient] = Row(outputGradient, row, Length(_graph.Output)).ToArray(),
                };
                for (int s = 0; s < _graph.States.Count; s++)
                    values[_adjoint.NextGradients[s]] = Row(result.Initial[s], n, Length(_graph.States[s].Previous)).ToArray();
                Evaluate(_adjoint.Nodes, values, n, t);

                if (_adjoint.InputGradient is Node input)
                    values[input].CopyTo(Row(result.Input, row, Length(_graph.Input)));
                for (int s = 0; s < _graph.States.Count; s++)
                {
                    Span<T> before = Row(result.Initial[s], n, Length(_graph.States[s].Previous));
                    before.Clear();
                    if (_adjoint.PreviousGradients[s] is Node previous)
                        values[previous].CopyTo(before);
                }

                foreach (ParameterGradient gradient in _adjoint.ParameterGradients)
                    Accumulate(result.Parameters[gradient.Parameter.Name], gradient, values[gradient.Term]);
            }
        }

        AddLearnedInitialStates(result, sequences);
        return result;
    }

    private void AddLearnedInitialStates(Gradients<T> result, int sequences)
    {
        for (int s = 0; s < _graph.States.Count; s++)
        {
            if (_graph.States[s].Initial != Graph.InitialState.Learned)
                continue;
            var sum = new T[Length(_graph.States[s].Previous)];
            for (int i = 0; i < sequences * sum.Length; i++)
                sum[i % sum.Length] += result.Initial[s][i];
            result.Parameters[_graph.States[s].Name + "0"] = sum;
        }
    }

    private void Accumulate(T[] sum, ParameterGradient gradient, T[] term)
    {
        if (gradient.ColumnOffset is null)
        {
            for (int i = 0; i < sum.Length; i++)
                sum[i] += term[i];
            return;
        }

        int offset = gradient.ColumnOffset.Resolve(_sizes), width = gradient.Term.Shape[1].Resolve(_sizes);
        int columns = gradient.Parameter.Node.Shape[1].Resolve(_sizes);
        for (int i = 0; i < term.Length; i++)
            sum[i / width * columns + offset + i % width] += term[i];
    }

    private T[] InitialState(StateVariable state, T[]? given, int n)
    {
        int length = Length(state.Previous);
        if (given is not null)
            return Row(given, n, length).ToArray();
        if (state.Initial == Graph.InitialState.Learned)
            return _parameters[state.Name + "0"];
        var constant = new T[length];
        Array.Fill(constant, T.CreateChecked(state.InitialValue));
        return constant;
    }

    private void Evaluate(IReadOnlyList<Node> nodes, Dictionary<Node, T[]> values, int n, int t)
    {
        foreach (Node node in nodes)
        {
            if (!values.ContainsKey(node))
                values.Add(node, Value(node, [.. node.Inputs.Select(i => values[i])], n, t));
        }
    }

    private T[] Value(Node node, T[][] inputs, int n, int t) => node.Operation switch
    {
        Operation.Parameter => _parameters[node.Name!],
        Operation.Constant => [T.CreateChecked(node.Value)],
        Operation.Mask => Mask(node, n, t),
        _ => NodeFunctions<T>.Of(node, inputs, _sizes),
    };

    private T[] Mask(Node node, int n, int t)
    {
        var mask = new T[Length(node)];
        if (_masks is null)
            Array.Fill(mask, node.MaskKind == MaskKind.DropoutOfSequence ? T.One : T.CreateChecked(node.Value));
        else
            Array.ConvertAll(_masks.Draw(node, mask.Length, n, t), T.CreateChecked).CopyTo(mask, 0);
        return mask;
    }

    private int Length(Node node) => NodeFunctions<T>.Length(node, _sizes);

    private static Span<T> Row(T[] rows, int row, int length) => rows.AsSpan(row * length, length);
}

/// <summary>What a forward run gave, with every node's value at every step and sequence.</summary>
/// <param name="Steps">T.</param>
/// <param name="Sequences">N.</param>
/// <param name="Output">[T, N, O].</param>
/// <param name="States">A state each, [T + 1, N, S]: row 0 before the first step, row T after the last.</param>
/// <param name="Values">[T, N] of the graph's nodes.</param>
internal sealed record Run<T>(int Steps, int Sequences, T[] Output, IReadOnlyList<T[]> States, Dictionary<Node, T[]>[,] Values);

/// <summary>What a backward run gave.</summary>
/// <param name="Input">Of x: [T, N, C].</param>
/// <param name="Initial">Of each initial state: [N, S].</param>
/// <param name="Parameters">Of each parameter, and of each learned initial state as <c>NAME0</c>; summed over steps and sequences.</param>
internal sealed record Gradients<T>(T[] Input, IReadOnlyList<T[]> Initial, Dictionary<string, T[]> Parameters);
