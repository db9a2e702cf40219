using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Cells.Execution;
using Unfold.Cells.Graph;
using Unfold.Cells.Reference;
using Unfold.Cells.Schedule;
using Unfold.Tensors;

namespace Unfold.Tests.Cells.Execution;

/// <summary>One cell at one size with weights and inputs in closed form: run fast and by the interpreter in double, and compared.</summary>
internal sealed class ExecutorCase
{
    private readonly CellGraph _graph;
    private readonly CellPlan _plan;
    private readonly ParameterSet _parameters = new();
    private readonly List<Parameter> _list = [];
    private readonly IReadOnlyDictionary<string, int> _sizes;

    public ExecutorCase(Cell cell, int inputSize, int hiddenSize)
    {
        _graph = cell.Graph;
        InputSize = cell.NeedsEqualSizes ? hiddenSize : inputSize;
        _sizes = _graph.SizesFor(InputSize, hiddenSize);
        CellSchedule schedule = Scheduler.Build(_graph, InputSize, hiddenSize);
        Schedule = schedule;
        _plan = new CellPlan(schedule);
        foreach (ParameterVariable parameter in _graph.Parameters)
        {
            int[] shape = [.. parameter.Node.Shape.Select(d => d.Resolve(_sizes))];
            _list.Add(_parameters.Add(parameter.Name, new Shape(shape.Length == 0 ? [1] : shape), Initializer.Zeros, parameter.Trained));
        }

        _parameters.Allocate(1);
        int k = 0;
        foreach (Parameter parameter in _list)
        {
            Span<float> values = parameter.Value.Span;
            double scale = parameter.Shape.Rank == 2 ? 1.2 / Math.Sqrt(parameter.Shape[1]) : 0.5;
            for (int i = 0; i < values.Length; i++)
                values[i] = (float)(scale * Math.Sin(1.7 * ++k + 0.3 * i));
        }
    }

    public CellSchedule Schedule { get; }

    public int InputSize { get; }

    public ParameterSet Parameters => _parameters;

    public static float[] Wave(int length, double phase)
    {
        var values = new float[length];
        for (int i = 0; i < length; i++)
            values[i] = (float)Math.Sin(phase + 0.77 * i + 0.001 * i * i);
        return values;
    }

    public float[][] InitialStates(int rows) =>
        [.. _graph.States.Select((s, i) => Wave(rows * Width(s.Previous), 2 + i).Select(v => 0.5f * v).ToArray())];

    /// <summary>Everything that a run gives: output, final states, gradients of x, of the initial states and of the parameters.</summary>
    public Dictionary<string, float[]> Fast(int steps, int rows, bool training = false)
    {
        var tape = new Tape(7);
        _parameters.ZeroGradients();
        Tensor x = Tensor.From(Wave(steps * rows * InputSize, 1), new Shape(steps, rows, InputSize));
        Tensor[] initial = [.. InitialStates(rows).Select((s, i) => Tensor.From(s, new Shape(rows, Width(_graph.States[i].Previous))))];
        var run = new CellRun();
        run.Forward(tape, _plan, _list, x, initial, new MaskCounter(7, 3, 11, 0, training));
        var results = new Dictionary<string, float[]> { ["output"] = run.Output.Values.ToArray() };
        for (int i = 0; i < initial.Length; i++)
            results["final " + _graph.States[i].Name] = run.FinalState(i).Values.ToArray();

        Tensor outputGradient = Tensor.From(Wave(run.Output.Values.Length, 4), run.Output.Shape);
        Tensor inputGradient = Tensor.Zeros(x.Shape);
        Tensor[] final = [.. initial.Select((s, i) => Tensor.From(Wave(s.Values.Length, 5 + i), s.Shape))];
        run.Backward(tape, outputGradient, inputGradient, final);
        results["d x"] = inputGradient.Values.ToArray();
        for (int i = 0; i < initial.Length; i++)
            results["d initial " + _graph.States[i].Name] = run.InitialGradient(i).Values.ToArray();
        foreach (Parameter parameter in _list.Where(p => p.Trained))
            results["d " + parameter.Name] = parameter.Gradient.Values.ToArray();
        return results;
    }

    /// <summary>The same by the interpreter in double.</summary>
    public Dictionary<string, double[]> Plain(int steps, int rows, bool training = false)
    {
        Dictionary<string, double[]> weights = _list.ToDictionary(p => p.Name, p => Double(p.Value.Values.ToArray()));
        var interpreter = new Interpreter<double>(_graph, _sizes, weights, training ? new CountedMasks(7, 3, [.. Enumerable.Range(11, rows).Select(n => (ulong)n)]) : null);
        Run<double> run = interpreter.Forward(
            Double(Wave(steps * rows * InputSize, 1)), steps, rows, [.. InitialStates(rows).Select(Double)]);
        var results = new Dictionary<string, double[]> { ["output"] = run.Output };
        for (int i = 0; i < _graph.States.Count; i++)
            results["final " + _graph.States[i].Name] = run.States[i][(steps * rows * Width(_graph.States[i].Previous))..];
        Gradients<double> gradients = interpreter.Backward(
            run, Double(Wave(run.Output.Length, 4)),
            [.. _graph.States.Select((s, i) => Double(Wave(rows * Width(s.Previous), 5 + i)))]);
        results["d x"] = gradients.Input;
        for (int i = 0; i < _graph.States.Count; i++)
            results["d initial " + _graph.States[i].Name] = gradients.Initial[i];
        foreach (Parameter parameter in _list.Where(p => p.Trained))
            results["d " + parameter.Name] = gradients.Parameters[parameter.Name];
        return results;
    }

    /// <summary>Fails where a float differs from the double by more than a few float roundings of the largest element of its array.</summary>
    public static void AssertClose(Dictionary<string, double[]> expected, Dictionary<string, float[]> actual, string what, double tolerance = 2e-5)
    {
        Assert.Equal(expected.Keys.Order(), actual.Keys.Order());
        foreach ((string name, double[] plain) in expected)
        {
            float[] fast = actual[name];
            Assert.True(plain.Length == fast.Length, $"{what}: {name} has {fast.Length} elements, the interpreter's {plain.Length}.");
            double scale = plain.Select(Math.Abs).DefaultIfEmpty(0).Max() + 1e-2;
            for (int i = 0; i < plain.Length; i++)
            {
                Assert.True(
                    Math.Abs(plain[i] - fast[i]) <= tolerance * scale,
                    $"{what}: {name}[{i}] is {fast[i]}, the interpreter's {plain[i]} (largest {scale}).");
            }
        }
    }

    private static double[] Double(float[] values) => [.. values.Select(v => (double)v)];

    private int Width(Node node) => node.Shape.Aggregate(1, (size, d) => size * d.Resolve(_sizes));
}
