using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Tests.Layers;

public sealed class RecomputeTests
{
    [Theory]
    [InlineData("lstm")]
    [InlineData("gru")]
    [InlineData("lstm_zoneout")]
    [InlineData("lstmp")]
    public void Gradients_are_the_same_bits(string name)
    {
        // Enough steps for several chunks.
        float[] kept = Train(name, steps: 300, recompute: false, out _), again = Train(name, steps: 300, recompute: true, out _);
        Assert.Equal(kept, again);
    }

    [Fact]
    public void Memory_is_that_of_outputs_and_gradients()
    {
        const int steps = 2000, batch = 16, input = 8, hidden = 64;
        Train("lstm", steps, recompute: false, out long kept);
        Train("lstm", steps, recompute: true, out long again);

        // A row of a step: 6 H are kept, four sums and two states, of which h is the output; beside them the gradient of x. That of the output is given, and not copied.
        const long rows = steps * batch, always = rows * (input + hidden), all = rows * 5 * hidden;
        Assert.InRange(kept, always + all, (always + all) * 21 / 20);
        Assert.InRange(again, always, always + all / 2);
    }

    private static float[] Train(string name, int steps, bool recompute, out long floats)
    {
        const int batch = 16, input = 8, hidden = 64;
        var parameters = new ParameterSet();
        var rnn = new Recurrent(parameters, "rnn", Cell.Named(name), input, hidden) { Recompute = recompute };
        parameters.Allocate(5);
        parameters.ZeroGradients();
        var tape = new Tape(3);
        Tensor x = tape.Watch(Wave(new Shape(steps, batch, input)));
        Tensor output = rnn.Forward(tape, x).Output;
        tape.Backward([output], [Wave(output.Shape)]);
        floats = tape.ArenaInUse;
        return [.. parameters.Gradients.ToArray(), .. tape.Gradient(x).Values.ToArray()];
    }

    private static Tensor Wave(Shape shape)
    {
        Tensor tensor = Tensor.Zeros(shape);
        for (int i = 0; i < shape.Length; i++)
            tensor.Span[i] = (float)Math.Sin(0.9 * i + 0.003 * (i % 1000) * (i % 1000));
        return tensor;
    }
}
