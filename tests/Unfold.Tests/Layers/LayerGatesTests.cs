using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Cells.Graph;
using Unfold.Cells.Reference;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Tests.Layers;

public sealed class LayerGatesTests
{
    private const int Steps = 5, Batch = 3, Size = 6;

    public static TheoryData<string> Cells => [.. Cell.Names];

    [Theory]
    [MemberData(nameof(Cells))]
    public void Of_every_cell_they_are_what_the_interpreter_gives(string name)
    {
        ParameterSet parameters = new();
        Recurrent rnn = new(parameters, "rnn", Cell.Named(name), Size, Size);
        parameters.Allocate(2);
        Tensor x = Tensor.Zeros(new Shape(Steps, Batch, Size));
        for (int i = 0; i < x.Shape.Length; i++)
            x.Span[i] = (float)Math.Sin(0.9 * i);

        Dictionary<string, float[]> shown = [];
        Tape tape = new(1) { Training = false, Gates = shown.Add };
        rnn.Forward(tape, x);

        RecurrentLayer layer = rnn.Layers[0];
        Interpreter<double> interpreter = new(layer.Graph, layer.Sizes, parameters.All.ToDictionary(p => p.Name["rnn.l0.".Length..], p => Doubles(p.Value.Values)));
        Run<double> run = interpreter.Forward(Doubles(x.Values), Steps, Batch);
        string[] functions = ["Sigmoid", "Tanh", "Relu"]; // all that the library's cells have
        Node[] gates = [.. layer.Graph.Nodes.Where(node => node.Name is not null && functions.Contains(node.Operation.ToString()))];
        Assert.Equal(gates.Select(node => $"rnn.l0/{node.Name}").Order(), shown.Keys.Order());
        foreach (Node gate in gates)
        {
            double[] expected = [.. Enumerable.Range(0, Steps * Batch).SelectMany(row => run.Values[row / Batch, row % Batch][gate])];
            float[] values = shown[$"rnn.l0/{gate.Name}"];
            Assert.Equal(expected.Length, values.Length);
            Assert.All(expected.Zip(values), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        }
    }

    private static double[] Doubles(ReadOnlySpan<float> values) => Array.ConvertAll(values.ToArray(), value => (double)value);
}
