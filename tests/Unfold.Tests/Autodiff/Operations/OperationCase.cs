using Unfold.Autodiff;
using Unfold.Autodiff.Reference;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff.Operations;

/// <summary>
/// An operation with given operands: how the tape computes it and how <see cref="ReferenceMath{T}"/> does. <see cref="Verify"/> shows that the
/// reference's gradient is that of its forward pass, and that the tape computes the same, alone and on top of gradients that are there already.
/// </summary>
internal sealed class OperationCase
{
    private readonly Shape[] _shapes;

    public OperationCase(params Shape[] shapes) => _shapes = shapes;

    public delegate Tensor TapeForward(Tape tape, Tensor[] operands);

    public delegate void ReferenceForward(double[][] operands, Span<double> y);

    public delegate void ReferenceBackward(double[] d, double[][] operands, double[] y, double[][] gradients);

    public required TapeForward Tape { get; init; }

    public required ReferenceForward Forward { get; init; }

    public required ReferenceBackward Backward { get; init; }

    /// <summary>The result's length.</summary>
    public required int Length { get; init; }

    /// <summary>Keeps values away from 0, where a function has a corner.</summary>
    public bool AvoidZero { get; init; }

    /// <summary>Keeps values apart from one another, where a function has a corner between equals.</summary>
    public bool Distinct { get; init; }

    /// <summary>How far float may be from double, relative to the greatest number in sight.</summary>
    public double Tolerance { get; init; } = 2e-6;

    /// <summary>The tape's seed.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether to check the reference as well: four forward passes an element.</summary>
    public bool CheckReference { get; init; } = true;

    public void Verify(int seed = 1)
    {
        Random random = new(seed);
        float[][] values = [.. _shapes.Select(shape => Draw(random, shape.Length))];
        double[][] operands = [.. values.Select(v => v.Select(x => (double)x).ToArray())];
        float[] d = Draw(random, Length);
        double[] y = new double[Length];
        Forward(operands, y);
        double[][] gradients = [.. operands.Select(o => new double[o.Length])];
        Backward([.. d.Select(x => (double)x)], operands, y, gradients);
        if (CheckReference)
            CheckGradient(operands, d, gradients);
        CheckTape(values, d, y, gradients);
    }

    private float[] Draw(Random random, int length)
    {
        float[] values = new float[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = (float)(random.NextDouble() * 3 - 1.5);
            if (AvoidZero && Math.Abs(values[i]) < 0.05f)
                values[i] = 0.05f;
        }

        if (Distinct)
        {
            for (int i = 0; i < length; i++)
                values[i] = (i - length / 2) * 0.05f;
            random.Shuffle(values);
        }

        return values;
    }

    private void CheckGradient(double[][] operands, float[] d, double[][] gradients)
    {
        double[] point = [.. operands.SelectMany(o => o)];
        double[] y = new double[Length];
        double error = GradientCheck.RelativeError(
            flat =>
            {
                double[][] parts = new double[operands.Length][];
                for (int i = 0, start = 0; i < parts.Length; start += parts[i].Length, i++)
                    parts[i] = flat[start..(start + operands[i].Length)];
                Forward(parts, y);
                double sum = 0;
                for (int i = 0; i < y.Length; i++)
                    sum += d[i] * y[i];
                return sum;
            },
            point,
            [.. gradients.SelectMany(g => g)]);
        Assert.True(error < 1e-6, $"The reference's gradient is wrong by {error}.");
    }

    private void CheckTape(float[][] values, float[] d, double[] y, double[][] gradients)
    {
        Tape tape = new(Seed);
        for (int round = 0; round < 2; round++)
        {
            Tensor[] inputs = [.. values.Select((v, i) => tape.Watch(Tensor.From(v, _shapes[i])))];
            Tensor output = Tape(tape, inputs);
            AssertNear(y, output.Values, "forward");
            tape.Backward([output], [Tensor.From(d, output.Shape)]);
            for (int i = 0; i < inputs.Length; i++)
                AssertNear(gradients[i], tape.Gradient(inputs[i]).Values, $"the gradient of operand {i}");
            tape.Reset();

            // Twice on one tape: the second gradient is added to the first.
            inputs = [.. values.Select((v, i) => tape.Watch(Tensor.From(v, _shapes[i])))];
            Tensor[] outputs = [Tape(tape, inputs), Tape(tape, inputs)];
            tape.Backward(outputs, [Tensor.From(d, output.Shape), Tensor.From(d, output.Shape)]);
            for (int i = 0; i < inputs.Length; i++)
                AssertNear([.. gradients[i].Select(g => 2 * g)], tape.Gradient(inputs[i]).Values, $"twice the gradient of operand {i}");
            tape.Reset();
        }
    }

    private void AssertNear(double[] expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        double scale = Math.Max(1, expected.Select(Math.Abs).DefaultIfEmpty().Max());
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(expected[i] - actual[i]) <= Tolerance * scale))
                Assert.Fail($"In {what}, element {i} is {actual[i]} but should be {expected[i]}.");
        }
    }
}
