using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Notation;
using Unfold.Tensors;

namespace Unfold.Tests.Notation;

/// <summary>Lists of layers: the shapes that are planned are those that come out, and the layers are those that were written.</summary>
public sealed class NetworkPlanTests
{
    /// <summary>Input, list, and the shapes behind its layers.</summary>
    public static TheoryData<string, string, string> Plans => new()
    {
        { "1x28x28", "conv 3x3 32, relu, pool 2, conv 3x3 64 stride 2 same, batch_norm, dropout 0.3, flatten, linear 128, relu", "32x26x26 32x26x26 32x13x13 64x7x7 64x7x7 64x7x7 3136 128 128" },
        { "2x9x11", "conv 3 4", "4x7x9" },
        { "2x9x11", "conv 3x5 4 pad 1x2 stride 2x3", "4x5x4" },
        { "2x9x11", "conv 3 4 dilation 2x3", "4x5x5" },
        { "4x9x11", "conv 3 8 same groups 4 no_bias", "8x9x11" },
        { "4x9x11", "conv 4x2 6 same stride 2", "6x5x6" },
        { "3x20", "conv 7 5, relu, pool average 3 stride 2 pad 1", "5x14 5x14 5x7" },
        { "3x20", "conv 3 5 causal dilation 4, tanh, global average", "5x20 5x20 5" },
        { "1x5x8x6", "conv 3x3x3 4, silu, pool max 1x2x2, global max", "4x3x6x4 4x3x6x4 4x3x3x2 4" },
        { "2x6x7", "pool sum 1x2", "2x6x3" },
        { "2x7x7", "pool 3 stride 2 same", "2x4x4" },
        { "2x5x6", "transposed_conv 3 4 stride 2 pad 1 output_pad 1", "4x10x12" },
        { "2x5", "transposed_conv 4 3 stride 2", "3x12" },
        { "4x5x6", "upsample 2, upsample 1x3 linear", "4x10x12 4x10x36" },
        { "2x7x9", "adaptive_average 3x4", "2x3x4" },
        { "2x3x4", "layer_norm, elu 0.5, leaky_relu, gelu, softplus, sigmoid, flatten, layer_norm, linear 5 no_bias, log_softmax", "2x3x4 2x3x4 2x3x4 2x3x4 2x3x4 2x3x4 24 24 5 5" },
        { "7", "linear 3, batch_norm, softmax", "3 3 3" },
        { "1x4x4", "# nothing but a comment\n conv 2x2 3, # and\n\trelu", "3x3x3 3x3x3" },
        { "1x4x4", "", "" },
    };

    [Theory]
    [MemberData(nameof(Plans))]
    public void ShapesArePlannedAsTheyComeOut(string input, string list, string expected)
    {
        NetworkPlan plan = NetworkPlan.Parse(list, ShapeOf(input));
        Assert.Equal(expected, string.Join(' ', plan.Layers.Select(layer => LayerDraft.Text(layer.Output))));

        ParameterSet parameters = new();
        Sequential layers = plan.Build(parameters);
        parameters.Allocate(1);
        Assert.Equal(plan.Parameters, parameters.Count);
        Tape tape = Tape.ForInference();
        Shape shape = plan.Input;
        int[] sizes = new int[shape.Rank];
        shape.CopyTo(sizes);
        Tensor x = Tensor.Zeros(new Shape([2, .. sizes]));
        for (int i = 0; i < plan.Layers.Count; i++)
        {
            x = layers.Layers[i].Forward(tape, x);
            Assert.Equal("2x" + LayerDraft.Text(plan.Layers[i].Output), LayerDraft.Text(x.Shape));
        }
    }

    [Fact]
    public void LayersAreThoseThatWereWritten()
    {
        ParameterSet parameters = new();
        Sequential layers = NetworkPlan.Parse(
            "conv 3x3 8 stride 2 same dilation 1 groups 2 no_bias, batch_norm, leaky_relu 0.2, pool average 2 stride 1, conv 1 4, dropout 0.25, upsample 2 linear, flatten, linear 5, softmax",
            new Shape(4, 9, 9)).Build(parameters);
        Assert.Equal(
        [
            "Convolution(4 -> 8, 3x3, stride 2x2, padding same, 2 groups, no bias)  # 144 parameters", "BatchNorm(8)  # 32 parameters", "LeakyRelu(0.2)",
            "Pooling(Average 2x2, stride 1x1)", "Convolution(8 -> 4, 1x1)  # 36 parameters", "Dropout(0.25)", "Upsample(linear 2x2)", "Flatten", "Linear(256 -> 5)  # 1,285 parameters", "Softmax()",
        ], layers.Layers.Select(layer => layer.ToString()));
        Assert.Equal(
            ["conv1.weight", "batch_norm1.weight", "batch_norm1.bias", "batch_norm1.running_mean", "batch_norm1.running_var", "conv2.weight", "conv2.bias", "linear1.weight", "linear1.bias"],
            parameters.All.Select(parameter => parameter.Name));
    }

    [Fact]
    public void AnOutputIsAddedAndWhatIsNoRowIsFlattened()
    {
        Assert.Equal("flatten linear 10", string.Join(' ', NetworkPlan.Parse("", new Shape(1, 4, 4)).WithOutput(10).Layers.Select(layer => layer.Text)));
        Assert.Equal("global average linear 10", string.Join(' ', NetworkPlan.Parse("global average", new Shape(1, 4, 4)).WithOutput(10).Layers.Select(layer => layer.Text)));
        Assert.Equal(new Shape(24, 3), NetworkPlan.Parse("flatten steps", new Shape(2, 3, 4, 3)).Output);
        Assert.Equal(new Shape(10), NetworkPlan.Parse("conv 3x3 2", new Shape(1, 4, 4)).WithOutput(10).Output);
    }

    [Fact]
    public void MultiplicationsAreThoseOfTheLoops()
    {
        NetworkPlan plan = NetworkPlan.Parse("conv 3x3 6 groups 2, transposed_conv 2x3 5, flatten, linear 7", new Shape(4, 5, 6));
        Assert.Equal([6 * 3 * 4 * (4 / 2) * 9L, 6 * 3 * 4 * 5 * 6L, 0, 5 * 4 * 6 * 7L], plan.Layers.Select(layer => layer.Multiplications));
    }

    [Fact]
    public void ATableShowsShapesAndSums()
    {
        string table = NetworkPlan.Parse("conv 3x3 32,\n relu, pool 2", new Shape(1, 28, 28)).WithOutput(10).Describe();
        Assert.Equal(
            """
            name            layer        output           parameters  multiplications
                            input        1x28x28
            conv1           conv 3x3 32  32x26x26                320          194,688
            relu1           relu         32x26x26                  0                0
            pool1           pool 2       32x13x13                  0                0
            output.flatten  flatten      5408                      0                0
            output          linear 10    10                   54,090           54,080
                            in all                            54,410          248,768

            """, table, ignoreLineEndingDifferences: true);
    }

    private static Shape ShapeOf(string text) => new([.. text.Split('x').Select(int.Parse)]);
}
