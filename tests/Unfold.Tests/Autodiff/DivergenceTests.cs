using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Losses;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.Tests.Autodiff;

/// <summary>The first number that is none is found, and its layer named, wherever it arises.</summary>
public sealed class DivergenceTests
{
    private readonly ParameterSet _parameters = new();
    private readonly Linear _encoder;
    private readonly Recurrent _rnn;
    private readonly Linear _decoder;

    public DivergenceTests()
    {
        _encoder = new Linear(_parameters, "encoder", 3, 4);
        _rnn = new Recurrent(_parameters, "rnn", Cell.Parse("h' = Wx x + Wh h", "linear"), 4, 4, 2);
        _decoder = new Linear(_parameters, "decoder", 4, 5);
        _parameters.Allocate(1);
    }

    [Theory]
    [InlineData("encoder.weight", "encoder", "It arose in layer 'encoder' (linear)")]
    [InlineData("rnn.l0.Wx", "rnn.l0", "It arose in layer 'rnn.l0' (recurrent)")]
    [InlineData("rnn.l1.Wx", "rnn.l1", "It arose in layer 'rnn.l1' (recurrent)")]
    [InlineData("decoder.weight", "decoder", "It arose in layer 'decoder' (linear)")]
    public void A_layer_whose_result_overflows_is_named(string parameter, string layer, string text)
    {
        Set(parameter, 3e38f);
        TrainingException error = Fail(1e3f);
        Assert.Equal(layer, error.Layer);
        Assert.Contains("after 0 steps the loss is no longer a number. " + text, error.Message);
        Assert.Contains("learning rate below 0.004", error.Message);
    }

    [Fact]
    public void An_operation_without_parameters_is_named_by_the_layer_before()
    {
        TrainingException error = Fail(1, (tape, x) => tape.Scale(tape.Scale(_encoder.Forward(tape, x), 3e38f), 3e38f));
        Assert.Equal("encoder", error.Layer);
        Assert.Contains("It arose in the scale behind layer 'encoder'", error.Message);
    }

    [Theory]
    [InlineData("rnn.l1.Wh", "rnn.l1")]
    [InlineData("decoder.bias", "decoder")]
    public void A_parameter_that_is_none_already_is_named(string parameter, string layer)
    {
        Set(parameter, float.NaN);
        TrainingException error = Fail(1);
        Assert.Equal(layer, error.Layer);
        Assert.Contains($"Parameter '{parameter}' is not finite any more", error.Message);
    }

    [Fact]
    public void Data_are_blamed_for_what_came_with_them()
    {
        TrainingException error = Fail(float.NaN);
        Assert.Equal("encoder", error.Layer);
        Assert.Contains("layer 'encoder' (linear) was given is not finite already", error.Message);
        Assert.Contains("Look at the data of step 0", error.Message);
        Assert.DoesNotContain("learning rate", error.Message);
    }

    [Theory]
    [InlineData(float.NaN, 0, "What layer 'norm' (batch normalization) was given is not finite already")]
    [InlineData(1, 3e38f, "It arose in layer 'norm' (batch normalization)")]
    public void Running_statistics_that_follow_are_not_to_blame(float input, float gain, string text)
    {
        ParameterSet parameters = new();
        BatchNorm norm = new(parameters, "norm", 2);
        parameters.Allocate(1);
        parameters["norm.weight"].Value.Span.Fill(gain);
        Tensor x = Tensor.From([input, 1, 3, 9, -10, -100], new Shape(3, 2));
        TrainingException error = Assert.Throws<TrainingException>(() =>
            Trainer.Train(parameters, 1, (tape, _) => SoftmaxCrossEntropy.Forward(tape, norm.Forward(tape, x), [0, 1, 0])));
        Assert.Equal("norm", error.Layer);
        Assert.Contains(text, error.Message);
    }

    [Fact]
    public void A_gradient_that_overflows_is_named_by_the_layer_that_it_comes_through()
    {
        // Forward: tiny times huge is fine; backward the huge weights multiply each other.
        Set("decoder.weight", 1e25f);
        Set("rnn.l1.Wx", 1e25f);
        Set("rnn.l0.Wx", 0);
        Set("rnn.l0.Wh", 0);
        Set("rnn.l1.Wh", 0);
        TrainingException error = Fail(1, (tape, x) => _decoder.Forward(tape, _rnn.Forward(tape, _encoder.Forward(tape, x)).Output));
        Assert.Equal("rnn.l1", error.Layer);
        Assert.Contains("the gradient is no longer a number. It arose on the way back through layer 'rnn.l1' (recurrent)", error.Message);
    }

    [Fact]
    public void A_parameters_own_gradient_counts_to_its_layer()
    {
        Tensor huge = Tensor.From([1e30f, 1e30f, 1e30f], new Shape(1, 1, 3));
        Set("encoder.weight", 0);
        TrainingException error = Assert.Throws<TrainingException>(() => Trainer.Train(
            _parameters, 1, (tape, _) => tape.Scale(tape.Sum(_encoder.Forward(tape, huge)), 1e30f)));
        Assert.Equal("encoder", error.Layer);
        Assert.Contains("the gradient is no longer a number", error.Message);
    }

    private TrainingException Fail(float input, Func<Tape, Tensor, Tensor>? network = null)
    {
        Tensor x = Tensor.From([.. Enumerable.Repeat(input, 6)], new Shape(2, 1, 3));
        network ??= (tape, x) => _decoder.Forward(tape, _rnn.Forward(tape, _encoder.Forward(tape, x)).Output);
        return Assert.Throws<TrainingException>(() => Trainer.Train(_parameters, 1, (tape, _) =>
        {
            Tensor scores = network(tape, x);
            return SoftmaxCrossEntropy.Forward(tape, scores, [1, 2]);
        }));
    }

    private void Set(string parameter, float value)
    {
        _parameters[parameter].Value.Span.Fill(value);
        _parameters.Touch();
    }
}
