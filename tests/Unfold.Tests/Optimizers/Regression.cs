using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Tests.Optimizers;

/// <summary>The problem of <c>golden/trajectories.py</c>: a linear layer, and the mean squared error.</summary>
internal sealed class Regression
{
    private readonly Linear _layer;
    private readonly Tape _tape = new();
    private readonly Tensor _x = Tensor.From(Numbers(15, 1, 0.3), new Shape(5, 3));
    private readonly Tensor _y = Tensor.From(Numbers(10, 2, 0.9), new Shape(5, 2));

    public Regression()
    {
        _layer = new Linear(Parameters, "layer", 3, 2);
        Parameters.Allocate(0);
        Numbers(6, 0.5, 0.1).CopyTo(Parameters["layer.weight"].Value.Span);
        Numbers(2, 0.5, 0.7).CopyTo(Parameters["layer.bias"].Value.Span);
    }

    public ParameterSet Parameters { get; } = new();

    public float Backward()
    {
        _tape.Reset();
        Parameters.ZeroGradients();
        Tensor error = _tape.Subtract(_layer.Forward(_tape, _x), _y);
        Tensor loss = _tape.Mean(_tape.Multiply(error, error));
        _tape.Backward(loss);
        return loss.Scalar;
    }

    private static float[] Numbers(int count, double scale, double phase) =>
        [.. Enumerable.Range(0, count).Select(i => (float)(scale * Math.Sin(1.7 * i + phase)))];
}
