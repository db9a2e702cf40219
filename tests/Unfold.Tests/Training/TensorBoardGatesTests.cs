using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.Tests.Training;

/// <summary>The histograms of gates: of the last batch of each epoch, with the weights and the state that it began with.</summary>
public sealed class TensorBoardGatesTests : IDisposable
{
    private const int Steps = 7, Batch = 3, Input = 2, Hidden = 5;

    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-gates-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void They_are_those_of_the_cells_equations()
    {
        ParameterSet parameters = new();
        Recurrent rnn = new(parameters, "rnn", Cell.Named("lstm"), Input, Hidden);
        parameters.Allocate(4);
        RecurrentState state = rnn.InitialState(Batch);
        List<Dictionary<string, List<double>>> expected = [];
        List<EventRecord> records = Train(parameters, (tape, step) =>
        {
            Tensor x = Wave(new Shape(Steps, Batch, Input), step);
            if (step == 1)
                expected.Add(ByHand(parameters, x, state));
            return tape.Mean(rnn.Forward(tape, x, state, state));
        });

        Assert.Equal(2, expected.Count);
        EventRecord[] told = [.. records.Where(record => record.Histograms.Keys.Any(tag => tag.StartsWith("gates/", StringComparison.Ordinal)))];
        Assert.Equal(["gates/rnn.l0/f", "gates/rnn.l0/g", "gates/rnn.l0/i", "gates/rnn.l0/o"], told.SelectMany(record => record.Histograms.Keys).Distinct().Order());
        for (int epoch = 0; epoch < 2; epoch++)
        {
            foreach ((string gate, List<double> values) in expected[epoch])
            {
                double[] histogram = Assert.Single(told, record => record.Step == 2 * (epoch + 1) && record.Histograms.ContainsKey($"gates/rnn.l0/{gate}")).Histograms[$"gates/rnn.l0/{gate}"];
                Assert.Equal(values.Min(), histogram[0], 1e-6);
                Assert.Equal(values.Max(), histogram[1], 1e-6);
                Assert.Equal(Steps * Batch * Hidden, histogram[2]);
                Assert.Equal(values.Sum(), histogram[3], 1e-4);
                Assert.Equal(values.Sum(value => value * value), histogram[4], 1e-4);
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void They_are_of_all_rows_of_sequences_of_different_lengths_in_both_directions(bool recompute)
    {
        ParameterSet parameters = new();
        Recurrent[] directions = [.. new[] { "forward", "backward" }.Select(name =>
            new Recurrent(parameters, name, Cell.Named("rnn"), Input, Hidden, layers: 2, dropout: 0.3f) { Recompute = recompute })];
        Bidirectional both = new(directions[0], directions[1]);
        parameters.Allocate(4);
        PackedSequences sequences = new([2, 9, 4]);
        float[] last = [];
        List<EventRecord> records = Train(parameters, (tape, step) =>
        {
            Tensor output = both.Forward(tape, Wave(new Shape(15, Input), step), sequences);
            last = output.Values.ToArray();
            return tape.Mean(output);
        });

        // The cell's only gate is its output: h' = tanh(…), forward features beside backward ones.
        for (int half = 0; half < 2; half++)
        {
            string layer = directions[half].Name;
            double[] values = [.. last.Where((_, i) => i % (2 * Hidden) / Hidden == half).Select(value => (double)value)];
            double[] histogram = records.Last(record => record.Histograms.ContainsKey($"gates/{layer}.l1/h'")).Histograms[$"gates/{layer}.l1/h'"];
            Assert.Equal([values.Min(), values.Max(), 15 * Hidden], histogram[..3]);
            Assert.Equal(values.Sum(), histogram[3], 1e-9);
            Assert.Contains(records, record => record.Histograms.ContainsKey($"gates/{layer}.l0/h'"));
        }
    }

    [Fact]
    public void Training_is_the_same_and_a_cell_without_gates_has_none()
    {
        foreach (string cell in new[] { "lstm_dropout", "leaky" })
        {
            Assert.Equal(Weights(cell, watched: false, out _), Weights(cell, watched: true, out List<EventRecord> records));
            Assert.Equal(cell == "leaky" ? 0 : 8, records.Count(record => record.Histograms.Keys.Any(tag => tag.StartsWith("gates/", StringComparison.Ordinal))));
        }
    }

    private float[] Weights(string cell, bool watched, out List<EventRecord> records)
    {
        ParameterSet parameters = new();
        Recurrent rnn = new(parameters, "rnn", Cell.Named(cell), Input, Hidden);
        parameters.Allocate(4);
        records = Train(parameters, (tape, step) => tape.Mean(rnn.Forward(tape, Wave(new Shape(Steps, Batch, Input), step)).Output), watched, cell);
        return parameters.Values.ToArray();
    }

    private List<EventRecord> Train(ParameterSet parameters, Func<Tape, int, Tensor> loss, bool watched = true, string name = "run")
    {
        string folder = Path.Combine(_folder, name);
        Trainer.Train(parameters, 2, loss, new TrainerOptions { Epochs = 2, LearningRate = 0.1f, TensorBoard = watched ? folder : null });
        return watched ? [.. EventRecord.Read(Assert.Single(Directory.GetFiles(folder)))] : [];
    }

    /// <summary>The gates of lstm.cell, an equation after the other.</summary>
    private static Dictionary<string, List<double>> ByHand(ParameterSet parameters, Tensor x, RecurrentState state)
    {
        Dictionary<string, List<double>> gates = new() { ["f"] = [], ["i"] = [], ["g"] = [], ["o"] = [] };
        double[] c = Array.ConvertAll(state.Tensors[0].Values.ToArray(), value => (double)value), h = Array.ConvertAll(state.Tensors[1].Values.ToArray(), value => (double)value);
        for (int t = 0; t < Steps; t++)
        {
            double[] before = [.. h];
            for (int n = 0; n < Batch; n++)
            {
                for (int unit = 0; unit < Hidden; unit++)
                {
                    double f = Gate("f", Sigmoid), i = Gate("i", Sigmoid), g = Gate("g", Math.Tanh), o = Gate("o", Sigmoid);
                    int at = n * Hidden + unit;
                    c[at] = f * c[at] + i * g;
                    h[at] = o * Math.Tanh(c[at]);

                    double Gate(string name, Func<double, double> function)
                    {
                        double sum = Of("b" + name)[unit];
                        for (int k = 0; k < Input; k++)
                            sum += Of("W" + name)[unit * Input + k] * x.Values[(t * Batch + n) * Input + k];
                        for (int k = 0; k < Hidden; k++)
                            sum += Of("U" + name)[unit * Hidden + k] * before[n * Hidden + k];
                        gates[name].Add(function(sum));
                        return gates[name][^1];
                    }
                }
            }
        }

        return gates;

        ReadOnlySpan<float> Of(string name) => parameters.All.Single(parameter => parameter.Name == $"rnn.l0.{name}").Value.Values;
        static double Sigmoid(double value) => 1 / (1 + Math.Exp(-value));
    }

    private static Tensor Wave(Shape shape, int step)
    {
        Tensor tensor = Tensor.Zeros(shape);
        for (int i = 0; i < shape.Length; i++)
            tensor.Span[i] = (float)Math.Sin(0.9 * i + 0.4 * step);
        return tensor;
    }
}
