using System.Text.Json;
using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Layers;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Tests.Layers;

public sealed class ConvolutionTests
{
    public static TheoryData<string, string> KerasCases => new()
    {
        { "Conv1D", "0" }, { "Conv1D", "2" }, { "Conv1D", "4" },
        { "Conv2D", "0" }, { "Conv2D", "2" }, { "Conv2D", "4" }, { "Conv2D", "6" }, { "Conv2D", "8" }, { "Conv2D", "10" },
        { "Conv2DTranspose", "0" }, { "Conv2DTranspose", "2" }, { "Conv2DTranspose", "4" },
        { "SeparableConv2D", "0" }, { "SeparableConv2D", "2" }, { "SeparableConv2D", "4" }, { "SeparableConv2D", "6" },
    };

    [Fact]
    public void Layers_print_themselves()
    {
        ParameterSet set = new();
        Assert.Equal("Convolution(1 -> 32, 3x3)  # 320 parameters", new Convolution(set, "a", 1, 32, [3, 3]).ToString());
        var options = new ConvolutionOptions { Stride = [2], Padding = Padding.Same, Dilation = [2], Groups = 4, Bias = false, Flip = true };
        Assert.Equal("Convolution(8 -> 4, 7, stride 2, padding same, dilation 2, 4 groups, no bias, flipped)  # 56 parameters", new Convolution(set, "b", 8, 4, [7], options).ToString());
        var transposed = new TransposedConvolutionOptions { Stride = [2], Padding = Padding.Explicit(1), OutputPadding = [1, 0] };
        Assert.Equal(
            "TransposedConvolution(2 -> 3, 4x4, stride 2, padding 1, output padding 1x0)  # 99 parameters", new TransposedConvolution(set, "c", 2, 3, [4, 4], transposed).ToString());
    }

    [Fact]
    public void Parameters_have_PyTorchs_names_shapes_and_ranges()
    {
        ParameterSet set = new();
        _ = new Convolution(set, "conv", 8, 40, [3, 3], new ConvolutionOptions { Groups = 2 });
        _ = new TransposedConvolution(set, "up", 8, 40, [3, 3], new TransposedConvolutionOptions { Groups = 2 });
        set.Allocate(1);
        Assert.Equal(
            ["conv.weight [40, 4, 3, 3]", "conv.bias [40]", "up.weight [8, 20, 3, 3]", "up.bias [40]"], set.All.Select(p => p.ToString()));
        Assert.InRange(set["conv.weight"].Value.Values.ToArray().Max(Math.Abs), 0.99 / 6, 1.0 / 6);
        Assert.InRange(set["conv.bias"].Value.Values.ToArray().Max(Math.Abs), 0.8 / 6, 1.0 / 6);
        double bound = 1 / Math.Sqrt(180);
        Assert.InRange(set["up.weight"].Value.Values.ToArray().Max(Math.Abs), 0.99 * bound, bound);
    }

    [Fact]
    public void Causal_padding_never_looks_ahead()
    {
        ParameterSet set = new();
        var layer = new Convolution(set, "conv", 2, 9, [3], new ConvolutionOptions { Padding = Padding.Causal, Dilation = [4] });
        set.Allocate(1);
        float[] x = [.. Enumerable.Range(0, 40).Select(i => MathF.Sin(i))], changed = [.. x];
        changed[11] = changed[31] = 100; // time 11 of both channels
        Tape tape = Tape.ForInference();
        Tensor before = layer.Forward(tape, Tensor.From(x, new Shape(1, 2, 20))), after = layer.Forward(tape, Tensor.From(changed, new Shape(1, 2, 20)));
        Assert.Equal(new Shape(1, 9, 20), before.Shape);
        for (int o = 0; o < 9; o++)
        {
            for (int t = 0; t < 20; t++)
                Assert.Equal(t is 11 or 15 or 19, before[0, o, t] != after[0, o, t]);
        }
    }

    [Theory]
    [InlineData(5, 3, 1, 1)]
    [InlineData(7, 4, 2, 1)]
    [InlineData(6, 3, 2, 2)]
    [InlineData(9, 2, 5, 1)]
    public void Same_padding_keeps_the_length_over_the_stride(int length, int kernel, int stride, int dilation)
    {
        ParameterSet set = new();
        var options = new ConvolutionOptions { Padding = Padding.Same, Stride = [stride], Dilation = [dilation] };
        var layer = new Convolution(set, "conv", 2, 3, [kernel, kernel], options);
        int expected = (length + stride - 1) / stride;
        Assert.Equal(new Shape(4, 3, expected, expected), layer.OutputShape(new Shape(4, 2, length, length)));
        var transposed = new TransposedConvolutionOptions { Padding = Padding.Same, Stride = [stride], OutputPadding = [Math.Max(0, stride - kernel)] };
        Assert.Equal(new Shape(4, 3, length * stride), new TransposedConvolution(set, "up", 2, 3, [kernel], transposed).OutputShape(new Shape(4, 2, length)));
    }

    [Fact]
    public void A_flipped_kernel_is_the_kernel_read_backwards()
    {
        Tensor x = Tensor.From([1, 0, 0, 0], new Shape(1, 1, 4)), weight = Tensor.From([1, 2, 3], new Shape(1, 1, 3));
        Tape tape = Tape.ForInference();
        Padding full = Padding.Explicit(2);
        Assert.Equal([1, 2, 3, 0, 0, 0], tape.Convolution(x, weight, padding: full, flip: true).Values.ToArray());
        Assert.Equal([3, 2, 1, 0, 0, 0], tape.Convolution(x, weight, padding: full).Values.ToArray());
    }

    [Fact]
    public void Mistakes_name_the_layer()
    {
        ParameterSet set = new();
        Assert.Equal(
            "Convolution 'a' expects groups that divide its channels, but got 3 groups and C = 4.", Message(() => new Convolution(set, "a", 4, 6, [3], new ConvolutionOptions { Groups = 3 })));
        Assert.Contains("kernel of one to three lengths", Message(() => new Convolution(set, "a", 4, 6, [])));
        Assert.Contains("outputChannels 0", Message(() => new TransposedConvolution(set, "a", 4, 0, [3])));
        Assert.Contains("dilation of 1 or more", Message(() => new Convolution(set, "a", 4, 6, [3], new ConvolutionOptions { Dilation = [0] })));
        Assert.Contains("output padding of 0 or more", Message(() => new TransposedConvolution(set, "a", 4, 6, [3], new TransposedConvolutionOptions { OutputPadding = [-1] })));
        var layer = new Convolution(set, "conv", 4, 6, [5, 5]);
        Assert.Equal(
            "Convolution 'conv' has a kernel of 5 on axis 3 of x [1, 4, 9, 3], which with padding 0 is only 3 long there.", Message(() => layer.OutputShape(new Shape(1, 4, 9, 3))));

        static string Message(Func<object> wrong) => Assert.Throws<ArgumentException>(wrong).Message;
    }

    [DataTheory("keras-golden")]
    [MemberData(nameof(KerasCases))]
    public void Numbers_are_Keras(string kind, string number)
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(DataSet.Path($"keras-golden/convolutional.{kind}.json")));
        KerasCase golden = new(file.RootElement.GetProperty($"convolutional.{kind}.{number}"));
        ParameterSet set = new();
        FeedForward layer = golden.Build(set, kind);
        set.Allocate(0);
        golden.SetWeights(set, kind);

        Tape tape = Tape.ForInference();
        float[] actual = golden.Activate(tape, layer.Forward(tape, golden.Input)).Values.ToArray();

        // The file's numbers have six decimals.
        float[] expected = golden.Expected.Values.ToArray();
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
            Assert.Equal(expected[i], actual[i], 1e-5);
    }
}
