using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Tests.Layers;

public sealed class PoolingTests
{
    [Fact]
    public void StepsKeepTheirPlaceAndAllElseBecomesFeatures()
    {
        Tape tape = Tape.ForInference();
        float[] numbers = [.. Enumerable.Range(0, 2 * 2 * 3 * 4).Select(i => (float)i)];
        Tensor y = new FlattenSteps("f").Forward(tape, Tensor.From(numbers, new Shape(2, 2, 3, 4)));
        Assert.Equal(new Shape(2, 8, 3), y.Shape);
        for (int i = 0; i < y.Shape.Length; i++)
        {
            (int n, int feature, int t) = (i / 24, i / 3 % 8, i % 3);
            Assert.Equal(numbers[(((((n * 2) + (feature / 4)) * 3) + t) * 4) + (feature % 4)], y.Values[i]);
        }
    }

    [Fact]
    public void LayersPrintThemselves()
    {
        Assert.Equal("Pooling(Max 2x2)", new Pooling("a", PoolingKind.Max, [2, 2]).ToString());
        Assert.Equal("Pooling(Average 3x3, stride 2x1, padding same)", new Pooling("a", PoolingKind.Average, [3, 3], [2, 1], Padding.Same).ToString());
        Assert.Equal("Pooling(Sum 4, stride 1, padding 2 and 1, dilation 3)",
            new Pooling("a", PoolingKind.Sum, [4], [1], Padding.Explicit([2], [1]), [3]).ToString());
        Assert.Equal("GlobalPooling(Average)", new GlobalPooling("a", PoolingKind.Average).ToString());
        Assert.Equal("AdaptiveAveragePooling(3x7)", new AdaptiveAveragePooling("a", 3, 7).ToString());
        Assert.Equal("Upsample(linear 2x3)", new Upsample("a", true, 2, 3).ToString());
        Assert.Equal("FlattenSteps", new FlattenSteps("a").ToString());
        Assert.Equal("Flatten", new Flatten("a").ToString());
    }

    [Theory]
    [InlineData(10, 3, 1, 1, 10)]
    [InlineData(10, 3, 2, 1, 5)]
    [InlineData(7, 3, 3, 1, 3)]
    [InlineData(10, 2, 5, 1, 2)]
    [InlineData(9, 3, 2, 3, 5)]
    public void SameGivesAsManyOutputsAsStrides(int length, int window, int stride, int dilation, int outputs)
    {
        foreach (Padding padding in new[] { Padding.Same, Padding.Causal })
        {
            Pooling layer = new("pool", PoolingKind.Sum, [window], [stride], padding, [dilation]);
            Assert.Equal(new Shape(1, 1, outputs), layer.Forward(Tape.ForInference(), Tensor.Zeros(new Shape(1, 1, length))).Shape);
        }
    }

    [Fact]
    public void CausalReadsNothingThatComesLater()
    {
        Pooling layer = new("pool", PoolingKind.Sum, [3], [1], Padding.Causal, [2]);
        Tensor x = Tensor.From([1, 10, 100, 1000, 10_000], new Shape(1, 1, 5));
        Assert.Equal([1, 10, 101, 1010, 10_101], layer.Forward(Tape.ForInference(), x).Values.ToArray());
    }

    [Fact]
    public void SumOfAWindowPerAxis()
    {
        Tensor x = Tensor.From([1, 2, 3, 4, 5, 6, 7, 8], new Shape(1, 1, 2, 4));
        Assert.Equal([3, 7, 11, 15], new Pooling("pool", PoolingKind.Sum, [1, 2]).Forward(Tape.ForInference(), x).Values.ToArray());
        Assert.Equal([6, 8, 10, 12], new Pooling("pool", PoolingKind.Sum, [2, 1]).Forward(Tape.ForInference(), x).Values.ToArray());
        Assert.Equal([36], new GlobalPooling("pool", PoolingKind.Sum).Forward(Tape.ForInference(), x).Values.ToArray());
    }

    [Fact]
    public void NumbersOutOfRangeAreRefused()
    {
        Assert.Contains("0, 0 and 1", Message(() => new Pooling("p", PoolingKind.Max, [0])));
        Assert.Contains("2, 1, 2 and 2", Message(() => new Pooling("p", PoolingKind.Max, [2, 2], [1])));
        Assert.Contains("2, 2, 2 and 3", Message(() => new Pooling("p", PoolingKind.Max, [2, 2], padding: Padding.Explicit(1, 1, 1))));
        Assert.Contains("(0)", Message(() => new AdaptiveAveragePooling("p", 0)));
        Assert.Contains("(1, 1, 1, 1)", Message(() => new Upsample("p", false, 1, 1, 1, 1)));
    }

    [Fact]
    public void InputsThatDoNotFitAreRefused()
    {
        Tape tape = Tape.ForInference();
        Pooling square = new("p", PoolingKind.Max, [5, 5]);
        Assert.Contains("Pooling 'p' expects x [N, C, H, W]", Message(() => square.Forward(tape, Tensor.Zeros(new Shape(1, 1, 5)))));
        Assert.StartsWith("Pooling 'p' got [1, 1, 5, 4], but axis 3, with its padding 4 long, is shorter than a window, 5.",
            Message(() => square.Forward(tape, Tensor.Zeros(new Shape(1, 1, 5, 4)))));
        Pooling far = new("p", PoolingKind.Average, [2], [1], Padding.Explicit([2]));
        Assert.Contains("window 0 of axis 2 lies in the padding alone", Message(() => far.Forward(tape, Tensor.Zeros(new Shape(1, 1, 5)))));
        Pooling dilated = new("p", PoolingKind.Max, [2], [1], Padding.Explicit([1]), [2]);
        Assert.Contains("window 0 of axis 2 lies in the padding alone", Message(() => dilated.Forward(tape, Tensor.Zeros(new Shape(1, 1, 1)))));
        Assert.Contains("a single number", Message(() => new Flatten("f").Forward(tape, Tensor.Zeros(default))));
        Assert.Contains("[N, C, T, ..]", Message(() => new FlattenSteps("f").Forward(tape, Tensor.Zeros(new Shape(2, 3)))));
    }

    private static string Message(Func<object> action) => Assert.Throws<ArgumentException>(action).Message;
}
