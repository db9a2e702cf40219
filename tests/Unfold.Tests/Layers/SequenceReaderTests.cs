using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Notation;
using Unfold.Tensors;

namespace Unfold.Tests.Layers;

public sealed class SequenceReaderTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Pixels_are_steps_and_the_last_output_goes_on(bool last)
    {
        ParameterSet parameters = new();
        Recurrent rnn = new(parameters, "rnn", Cell.Named("gru"), 3, 5);
        SequenceReader reader = new(rnn, last);
        parameters.Allocate(1);
        Tensor image = Wave(new Shape(2, 3, 4, 6)), steps = Tensor.Zeros(new Shape(24, 2, 3));
        for (int n = 0; n < 2; n++)
        {
            for (int c = 0; c < 3; c++)
            {
                for (int t = 0; t < 24; t++)
                    steps.Span[(t * 2 + n) * 3 + c] = image.Values[(n * 3 + c) * 24 + t];
            }
        }

        Tape tape = Tape.ForInference();
        Tensor y = reader.Forward(tape, image), expected = rnn.Forward(tape, steps).Output;
        Assert.Equal(last ? new Shape(2, 5) : new Shape(2, 5, 24), y.Shape);
        for (int n = 0; n < 2; n++)
        {
            for (int i = 0; i < 5; i++)
            {
                for (int t = last ? 23 : 0; t < 24; t++)
                    Assert.Equal(expected.Values[(t * 2 + n) * 5 + i], y.Values[last ? n * 5 + i : (n * 5 + i) * 24 + t]);
            }
        }
    }

    [Fact]
    public void A_list_of_layers_may_name_one()
    {
        NetworkPlan plan = NetworkPlan.Parse("conv 3x3 4 same, relu, tcn 6 levels 2 kernel 3, recurrent 7 lstm layers 2 last", new Shape(1, 5, 4)).WithOutput(3);
        Assert.Equal([new Shape(4, 5, 4), new Shape(4, 5, 4), new Shape(6, 20), new Shape(7), new Shape(3)], plan.Layers.Select(layer => layer.Output));
        ParameterSet parameters = new();
        Sequential layers = plan.Build(parameters);
        parameters.Allocate(1);
        Assert.Equal(plan.Parameters, parameters.Count);
        Assert.Equal(new Shape(2, 3), layers.Forward(Tape.ForInference(), Wave(new Shape(2, 1, 5, 4))).Shape);
        Assert.Equal(20L * (4 * 7 * (6 + 7) + 4 * 7 * (7 + 7)), plan.Layers[3].Multiplications);
        Assert.Contains("recurrent1.l0.Wf", parameters.All.Select(parameter => parameter.Name));
        Assert.Contains("row of features", Assert.Throws<NotationException>(() => NetworkPlan.Parse("flatten, tcn 3", new Shape(1, 5, 4))).Message);
        Assert.Contains("exclude each other", Assert.Throws<NotationException>(() => NetworkPlan.Parse("recurrent 3 gru lstm", new Shape(1, 5, 4))).Message);
    }

    private static Tensor Wave(Shape shape) => Tensor.From([.. Enumerable.Range(0, shape.Length).Select(i => MathF.Sin(i * 0.7f + 0.3f * (i % 5)))], shape);
}
