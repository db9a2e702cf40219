using Unfold.Cells.Graph;
using Unfold.Cells.Reference;

namespace Unfold.Tests.Cells;

/// <summary>
/// Compares every gradient that the adjoint gives with differences of the loss, in double precision: x, initial states, parameters, learned initial
/// states. The loss is a fixed random weighting of all outputs and of all final states.
/// </summary>
internal static class GradientCheck
{
    private const double Step = 1e-4;
    private const double Relative = 1e-6;

    /// <summary>What rounding alone does to a difference: the loss's 1e-16 or so over the step, with room.</summary>
    private const double Rounding = 2e-10;

    public static void Run(
        CellGraph graph, int steps, int sequences = 2, int inputSize = 3, int hiddenSize = 4, int seed = 1, MaskSource? masks = null, double scale = 0.8,
        double center = 0)
    {
        IReadOnlyDictionary<string, int> sizes = graph.SizesFor(inputSize, hiddenSize);
        var random = new Random(seed);
        var parameters = graph.Parameters.ToDictionary(p => p.Name, p => Draw(NodeFunctions<double>.Length(p.Node, sizes)), StringComparer.Ordinal);
        foreach (StateVariable state in graph.States.Where(s => s.Initial == InitialState.Learned))
            parameters.Add(state.Name + "0", Draw(Length(state.Previous)));
        double[] x = Draw(steps * sequences * inputSize);
        double[]?[] initial = [.. graph.States.Select(s => s.Initial == InitialState.Learned ? null : Draw(sequences * Length(s.Previous)))];
        double[] outputWeights = Draw(steps * sequences * Length(graph.Output));
        double[][] finalWeights = [.. graph.States.Select(s => Draw(sequences * Length(s.Previous)))];
        var interpreter = new Interpreter<double>(graph, sizes, parameters, masks);

        Gradients<double> gradients = interpreter.Backward(interpreter.Forward(x, steps, sequences, initial), outputWeights, finalWeights);

        Compare("x", x, gradients.Input);
        for (int s = 0; s < graph.States.Count; s++)
        {
            if (initial[s] is double[] given)
                Compare(graph.States[s].Name, given, gradients.Initial[s]);
        }

        foreach ((string name, double[] values) in parameters)
        {
            if (graph.Parameters.FirstOrDefault(p => p.Name == name) is { Trained: false })
                Assert.All(gradients.Parameters[name], g => Assert.Equal(0, g));
            else
                Compare(name, values, gradients.Parameters[name]);
        }

        int Length(Node node) => NodeFunctions<double>.Length(node, sizes);

        double[] Draw(int length) => [.. Enumerable.Range(0, length).Select(_ => center + scale * (2 * random.NextDouble() - 1))];

        double Loss()
        {
            Run<double> run = interpreter.Forward(x, steps, sequences, initial);
            double loss = run.Output.Zip(outputWeights, (y, w) => y * w).Sum();
            for (int s = 0; s < graph.States.Count; s++)
                loss += run.States[s][^finalWeights[s].Length..].Zip(finalWeights[s], (y, w) => y * w).Sum();
            return loss;
        }

        void Compare(string name, double[] values, double[] gradient)
        {
            Assert.Equal(values.Length, gradient.Length);
            for (int i = 0; i < values.Length; i++)
            {
                double numeric = (8 * (At(Step) - At(-Step)) - (At(2 * Step) - At(-2 * Step))) / (12 * Step);
                double error = Math.Abs(gradient[i] - numeric), size = Math.Max(Math.Abs(gradient[i]), Math.Abs(numeric));
                Assert.True(
                    error <= Relative * size + Rounding,
                    $"{graph.Name}: the gradient of {name}[{i}] is {gradient[i]:R}, but differences give {numeric:R} (T = {steps}).");

                double At(double offset)
                {
                    double kept = values[i];
                    values[i] = kept + offset;
                    double loss = Loss();
                    values[i] = kept;
                    return loss;
                }
            }
        }
    }
}
