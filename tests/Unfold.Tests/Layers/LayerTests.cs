using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Tests.Layers;

public sealed class LayerTests
{
    [Fact]
    public void Layers_print_themselves_with_their_parameters()
    {
        ParameterSet set = new();
        Assert.Equal("Linear(256 -> 65)  # 16,705 parameters", new Linear(set, "a", 256, 65).ToString());
        Assert.Equal("Linear(2 -> 3, no bias)  # 6 parameters", new Linear(set, "b", 2, 3, bias: false).ToString());
        Assert.Equal("Embedding(65 -> 10)  # 650 parameters", new Embedding(set, "c", 65, 10).ToString());
        Assert.Equal("Dropout(0.5)", new Dropout("d", 0.5f).ToString());
    }

    [Fact]
    public void Parameters_have_PyTorch_names_shapes_and_ranges()
    {
        ParameterSet set = new();
        _ = new Embedding(set, "encoder", 50, 40);
        Linear decoder = new(set, "decoder", 100, 50);
        set.Allocate(1);
        Assert.Equal(["encoder.weight [50, 40]", "decoder.weight [50, 100]", "decoder.bias [50]"], set.All.Select(p => p.ToString()));
        Assert.Equal(["decoder.weight", "decoder.bias"], decoder.Parameters.Select(p => p.Name));
        float[] weight = set["decoder.weight"].Value.Values.ToArray();
        Assert.InRange(weight.Max(), 0.099, 0.1);
        Assert.InRange(weight.Min(), -0.1, -0.099);
        Assert.InRange(set["decoder.bias"].Value.Values.ToArray().Max(Math.Abs), 0.05, 0.1);
        Assert.InRange(set["encoder.weight"].Value.Values.ToArray().Average(x => x * x), 0.9, 1.1);
    }

    [Fact]
    public void An_initializer_can_be_given()
    {
        ParameterSet set = new();
        _ = new Embedding(set, "encoder", 5, 4, Initializer.Constant(3), trained: false);
        _ = new Linear(set, "decoder", 4, 5, initializer: Initializer.Ones);
        set.Allocate(1);
        Assert.False(set["encoder.weight"].Trained);
        Assert.Equal(3, set["encoder.weight"].Value[4, 3]);
        Assert.Equal(1, set["decoder.weight"].Value[4, 3]);
    }

    [Fact]
    public void Linear_computes_and_names_itself_in_errors()
    {
        ParameterSet set = new();
        Linear layer = new(set, "decoder", 2, 3);
        set.Allocate(1);
        Tape tape = Tape.ForInference();
        Tensor y = layer.Forward(tape, Tensor.From([1, 2], new Shape(1, 2)));
        Tensor w = set["decoder.weight"].Value;
        Tensor b = set["decoder.bias"].Value;
        for (int h = 0; h < 3; h++)
            Assert.Equal(w[h, 0] + 2 * w[h, 1] + b[h], y[0, h], 1e-6);
        string message = Assert.Throws<ArgumentException>(() => layer.Forward(tape, Tensor.Zeros(new Shape(4, 3)))).Message;
        Assert.Equal("Linear 'decoder' expects x [.., C=2], but got [4, 3].\n  Axis 1 is 3; C, the layer's inputSize, is 2.", message);
    }

    [Fact]
    public void Two_dropouts_have_masks_of_their_own()
    {
        Tensor x = Tensor.From(Enumerable.Repeat(1f, 200).ToArray(), new Shape(200));
        Tape tape = new();
        float[] first = new Dropout("first", 0.5f).Forward(tape, x).Values.ToArray();
        Assert.Equal(first, new Dropout("first", 0.5f).Forward(tape, x).Values.ToArray());
        Assert.NotEqual(first, new Dropout("second", 0.5f).Forward(tape, x).Values.ToArray());
    }

    [Fact]
    public void Sizes_out_of_range_are_refused()
    {
        ParameterSet set = new();
        Assert.Contains("outputSize 0", Assert.Throws<ArgumentException>(() => new Linear(set, "a", 1, 0)).Message);
        Assert.Contains("vocabularySize 0", Assert.Throws<ArgumentException>(() => new Embedding(set, "a", 0, 1)).Message);
        Assert.Contains("'a'", Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout("a", 1)).Message);
    }
}
