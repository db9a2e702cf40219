using System.Numerics;
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
    public Dictionary<string, float[]> Fast(
        int steps, int rows, bool training = false, Partition? sharing = null, RunMode mode = RunMode.Train, int? chunk = null) =>
        Fast([.. Enumerable.Repeat(steps, rows)], training, sharing, mode, chunk);

    /// <summary>The same for sequences of some lengths, the longest first.</summary>
    public Dictionary<string, float[]> Fast(int[] lengths, bool training, Partition? sharing, RunMode mode, int? chunk)
    {
        int rows = lengths.Length, all = lengths.Sum();
        var tape = new Tape(7);
        tape.Rent(new Shape(1 << 18)).Span.Fill(float.NaN); // what a run has not written must not be read
        tape.Reset();
        _parameters.ZeroGradients();
        Tensor x = Tensor.From(Wave(all * InputSize, 1), new Shape(all, InputSize));
        Tensor[] initial = [.. InitialStates(rows).Select((s, i) => Tensor.From(s, new Shape(rows, Width(_graph.States[i].Previous))))];
        Tensor[] finals = [.. initial.Select(s => Tensor.Zeros(s.Shape))];
        var run = new CellRun { Sharing = sharing, StepsOfChunk = chunk };
        run.Rows.Set(lengths);
        run.Forward(tape, _plan, _list, x, initial, finals, new MaskCounter(7, 3, 11, 0, training), mode);
        var results = new Dictionary<string, float[]> { ["output"] = run.Output.Values.ToArray() };
        for (int i = 0; i < initial.Length; i++)
            results["final " + _graph.States[i].Name] = finals[i].Values.ToArray();
        if (mode == RunMode.Infer)
            return results;

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

    /// <summary>The same by the interpreter.</summary>
    public Dictionary<string, T[]> Plain<T>(int steps, int rows, bool training = false)
        where T : IFloatingPointIeee754<T>
    {
        Dictionary<string, T[]> weights = _list.ToDictionary(p => p.Name, p => Convert<T>(p.Value.Values.ToArray()));
        CountedMasks? masks = training ? new CountedMasks(7, 3, [.. Enumerable.Range(11, rows).Select(n => (ulong)n)]) : null;
        var interpreter = new Interpreter<T>(_graph, _sizes, weights, masks);
        Run<T> run = interpreter.Forward(
            Convert<T>(Wave(steps * rows * InputSize, 1)), steps, rows, [.. InitialStates(rows).Select(Convert<T>)]);
        var results = new Dictionary<string, T[]> { ["output"] = run.Output };
        for (int i = 0; i < _graph.States.Count; i++)
            results["final " + _graph.States[i].Name] = run.States[i][(steps * rows * Width(_graph.States[i].Previous))..];
        Gradients<T> gradients = interpreter.Backward(
            run, Convert<T>(Wave(run.Output.Length, 4)),
            [.. _graph.States.Select((s, i) => Convert<T>(Wave(rows * Width(s.Previous), 5 + i)))]);
        results["d x"] = gradients.Input;
        for (int i = 0; i < _graph.States.Count; i++)
            results["d initial " + _graph.States[i].Name] = gradients.Initial[i];
        foreach (Parameter parameter in _list.Where(p => p.Trained))
            results["d " + parameter.Name] = gradients.Parameters[parameter.Name];
        return results;
    }

    /// <summary>
    /// Runs both and compares. The bound is a few float roundings of an array's largest element, and where the cell itself amplifies rounding (a norm over
    /// two or three numbers divides by a deviation near zero), a few times the error of the same interpreter in float.
    /// </summary>
    public void AssertFastEqualsPlain(int steps, int rows, bool training = false)
    {
        Dictionary<string, double[]> exact = Plain<double>(steps, rows, training);
        Dictionary<string, float[]> plain = Plain<float>(steps, rows, training), fast = Fast(steps, rows, training);
        Assert.Equal(exact.Keys.Order(), fast.Keys.Order());
        foreach ((string name, double[] expected) in exact)
        {
            float[] actual = fast[name];
            Assert.True(expected.Length == actual.Length, $"{Describe()}: {name} has {actual.Length} elements, the interpreter's {expected.Length}.");
            double largest = expected.Select(Math.Abs).DefaultIfEmpty(0).Max() + 1e-2;
            double amplified = expected.Zip(plain[name], (e, p) => Math.Abs(e - p)).DefaultIfEmpty(0).Max();
            double bound = 1e-5 * largest + 8 * amplified;
            for (int i = 0; i < expected.Length; i++)
            {
                Assert.True(
                    Math.Abs(expected[i] - actual[i]) <= bound,
                    $"{Describe()}: {name}[{i}] is {actual[i]}, the interpreter's {expected[i]} (bound {bound}).");
            }
        }

        string Describe() => $"{_graph.Name} T={steps} N={rows} C={InputSize} H={_sizes["H"]}";
    }

    private static T[] Convert<T>(float[] values)
        where T : IFloatingPointIeee754<T> => [.. values.Select(T.CreateChecked)];

    private int Width(Node node) => node.Shape.Aggregate(1, (size, d) => size * d.Resolve(_sizes));
}
