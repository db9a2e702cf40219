using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Tests.Layers;

public sealed class BatchNormTests
{
    [Fact]
    public void ParametersHavePyTorchNamesAndStarts()
    {
        (ParameterSet set, BatchNorm layer) = Build(3);
        Assert.Equal(
            ["bn.weight [3]", "bn.bias [3]", "bn.running_mean [3] fixed", "bn.running_var [3] fixed"], set.All.Select(p => p.ToString()));
        Assert.Equal([1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 1], set.All.SelectMany(p => p.Value.Values.ToArray()));
        Assert.Equal("BatchNorm(3)  # 12 parameters", layer.ToString());
    }

    [Fact]
    public void RunningStatisticsAreWrittenByTrainingAlone()
    {
        (ParameterSet set, BatchNorm layer) = Build(2);
        Tensor x = Tensor.From([1, 10, 3, 30], new Shape(2, 2));
        float[] before = set.Values.ToArray();
        layer.Forward(new Tape { Training = false }, x);
        layer.Forward(new Tape { Recording = false }, x);
        layer.Forward(Tape.ForInference(), x);
        Assert.Equal(before, set.Values.ToArray());

        long version = set.Version;
        layer.Forward(new Tape(), x);
        Assert.Equal([0.2f, 2f], set["bn.running_mean"].Value.Values.ToArray());
        Assert.Equal([0.9f + 0.1f * 2, 0.9f + 0.1f * 200], set["bn.running_var"].Value.Values.ToArray());
        Assert.NotEqual(version, set.Version);
    }

    [Fact]
    public void OutsideTrainingAnExampleGetsTheSameBitsInAnyBatch()
    {
        (ParameterSet set, BatchNorm layer) = Build(5);
        float[] values = [.. Enumerable.Range(0, 6 * 5 * 7).Select(i => (float)Math.Sin(1.3 * i))];
        Tensor batch = Tensor.From(values, new Shape(6, 5, 7));
        layer.Forward(new Tape(), batch);
        Tape tape = Tape.ForInference();
        Tensor together = layer.Forward(tape, batch);
        Assert.NotEqual(0, set["bn.running_mean"].Value[0]);
        for (int n = 0; n < 6; n++)
            Assert.Equal(together.Slice(n, 1).Values.ToArray(), layer.Forward(tape, batch.Slice(n, 1).Copy()).Values.ToArray());
    }

    [Fact]
    public void OneElementAChannelIsNormalisedAsOutsideTraining()
    {
        (ParameterSet set, BatchNorm layer) = Build(2);
        layer.Forward(new Tape(), Tensor.From([1, 10, 3, 30], new Shape(2, 2)));
        float[] before = set.Values.ToArray();
        Tensor one = Tensor.From([2, 7], new Shape(1, 2));
        Tape training = new();
        Tensor x = training.Watch(one), y = layer.Forward(training, x);
        Assert.Equal(layer.Forward(Tape.ForInference(), one).Values.ToArray(), y.Values.ToArray());
        Assert.Equal(before, set.Values.ToArray());
        training.Backward(training.Sum(y));
        Assert.Equal(1 / MathF.Sqrt(set["bn.running_var"].Value[0] + 1e-5f), training.Gradient(x)[0, 0], 1e-6f);
    }

    [Fact]
    public void NumbersOutOfRangeAndOtherShapesAreRefused()
    {
        ParameterSet set = new();
        Assert.Contains("0, 0.1", Assert.Throws<ArgumentException>(() => new BatchNorm(set, "bn", 0)).Message);
        Assert.Contains("momentum above 0", Assert.Throws<ArgumentException>(() => new BatchNorm(set, "bn", 1, 0)).Message);
        Assert.Contains("epsilon above 0", Assert.Throws<ArgumentException>(() => new BatchNorm(set, "bn", 1, 0.1f, 0)).Message);
        (_, BatchNorm layer) = Build(3);
        Assert.Equal("BatchNorm 'bn' expects x [N, C=3] or [N, C=3, ..], but got [2, 4].\n  Axis 1 is 4; C, the layer's channels, is 3.",
            Assert.Throws<ArgumentException>(() => layer.Forward(new Tape(), Tensor.Zeros(new Shape(2, 4)))).Message);
        Assert.Contains("got [3].", Assert.Throws<ArgumentException>(() => layer.Forward(new Tape(), Tensor.Zeros(new Shape(3)))).Message);
    }

    [Fact]
    public void LayerNormPrintsItselfAndNamesWhatItExpects()
    {
        ParameterSet set = new();
        LayerNorm layer = new(set, "ln", [4, 5]);
        set.Allocate(0);
        Assert.Equal("LayerNorm(4x5)  # 40 parameters", layer.ToString());
        Assert.Equal("LayerNorm 'ln' expects x whose last axes are [4, 5], but got [4, 6].",
            Assert.Throws<ArgumentException>(() => layer.Forward(new Tape(), Tensor.Zeros(new Shape(4, 6)))).Message);
        Assert.Contains("[0]", Assert.Throws<ArgumentException>(() => new LayerNorm(new(), "ln", [0])).Message);
    }

    private static (ParameterSet Set, BatchNorm Layer) Build(int channels)
    {
        ParameterSet set = new();
        BatchNorm layer = new(set, "bn", channels);
        set.Allocate(0);
        return (set, layer);
    }
}
