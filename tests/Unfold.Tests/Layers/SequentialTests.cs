using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Tests.Layers;

public sealed class SequentialTests
{
    [Fact]
    public void EachLayerReadsWhatTheOneBeforeWrote()
    {
        ParameterSet parameters = new();
        Linear first = new(parameters, "first", 3, 5);
        Linear second = new(parameters, "second", 5, 2);
        Sequential both = new("both", first, second);
        parameters.Allocate(1);
        Tape tape = new();
        Tensor x = Tensor.From([1, 2, 3, -1, 0.5f, 4], new Shape(2, 3));

        Assert.Equal(second.Forward(tape, first.Forward(tape, x)).Values.ToArray(), both.Forward(tape, x).Values.ToArray());
        Assert.Equal("Sequential(first, second)", both.ToString());
        Assert.Equal(x.Values.ToArray(), new Sequential("none").Forward(tape, x).Values.ToArray());
    }
}
