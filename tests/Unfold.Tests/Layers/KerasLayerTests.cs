using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Layers;
using Unfold.Tensors;
using Unfold.Testing;
using Unfold.Tests.Keras;

namespace Unfold.Tests.Layers;

/// <summary>The numbers of Keras, whose images have their channels on the last axis.</summary>
public sealed class KerasLayerTests
{
    public static TheoryData<string> Poolings => [.. KerasEntry.Names(
        "pooling.AveragePooling1D", "pooling.AveragePooling2D", "pooling.MaxPooling1D", "pooling.MaxPooling2D", "pooling.GlobalAveragePooling2D",
        "pooling.GlobalMaxPooling2D")];

    public static TheoryData<string> Normalizations => [.. KerasEntry.Names("normalization.BatchNormalization")];

    [DataTheory(KerasEntry.DataSet)]
    [MemberData(nameof(Poolings))]
    public void PoolingIsKeras(string name)
    {
        KerasEntry golden = KerasEntry.Load(name);
        int axes = golden.Input.Shape.Rank - 1;
        PoolingKind kind = name.Contains("Max", StringComparison.Ordinal) ? PoolingKind.Max : PoolingKind.Average;
        Padding padding = golden.Text("padding", "valid") == "same" ? Padding.Same : Padding.None;
        FeedForward layer = name.Contains("Global", StringComparison.Ordinal) ? new GlobalPooling(name, kind)
            : new Pooling(name, kind, golden.Integers("pool_size", axes), golden.Integers("strides", axes), padding, countPadding: false);
        bool last = golden.Text("data_format", "channels_last") == "channels_last";
        Tape tape = Tape.ForInference();
        Tensor x = last ? ToFirst(tape, golden.Input, axes) : golden.Input;
        Tensor y = layer.Forward(tape, x.Reshape([1, .. Sizes(x)]));
        y = y.Reshape(Sizes(y)[1..]);
        golden.AssertExpected(last && y.Shape.Rank > 1 ? FromFirst(tape, y, y.Shape.Rank - 1) : y);
    }

    [DataTheory(KerasEntry.DataSet)]
    [MemberData(nameof(Normalizations))]
    public void BatchNormalizationIsKeras(string name)
    {
        KerasEntry golden = KerasEntry.Load(name);
        int axis = golden.Attributes.GetProperty("axis").GetInt32();
        axis = axis < 0 ? golden.Input.Shape.Rank + axis : axis - 1;
        ParameterSet set = new();
        BatchNorm layer = new(set, "bn", golden.Input.Shape[axis], epsilon: golden.Attributes.GetProperty("epsilon").GetSingle());
        set.Allocate(0);
        string[] names = [
            .. golden.Attributes.GetProperty("scale").GetBoolean() ? ["weight"] : Array.Empty<string>(),
            .. golden.Attributes.GetProperty("center").GetBoolean() ? ["bias"] : Array.Empty<string>(),
            "running_mean", "running_var"];
        Assert.Equal(names.Length, golden.Weights.Length);
        foreach ((string parameter, Tensor value) in names.Zip(golden.Weights))
            value.Values.CopyTo(set[$"bn.{parameter}"].Value.Span);

        Tape tape = Tape.ForInference();
        Tensor x = ToFirst(tape, golden.Input, axis);
        Tensor y = layer.Forward(tape, x.Reshape([1, .. Sizes(x)]));
        golden.AssertExpected(FromFirst(tape, y.Reshape(Sizes(x)), axis));
    }

    [DataFact(KerasEntry.DataSet)]
    public void EveryCaseIsHere() => Assert.Equal((28, 4), (Poolings.Count, Normalizations.Count));

    /// <summary>An axis becomes the first.</summary>
    private static Tensor ToFirst(Tape tape, Tensor x, int axis) =>
        tape.Permute(x, [axis, .. Enumerable.Range(0, x.Shape.Rank).Where(other => other != axis)]);

    /// <summary>The first axis becomes <paramref name="axis"/>.</summary>
    private static Tensor FromFirst(Tape tape, Tensor x, int axis)
    {
        List<int> order = [.. Enumerable.Range(1, x.Shape.Rank - 1)];
        order.Insert(axis, 0);
        return tape.Permute(x, [.. order]);
    }

    private static int[] Sizes(Tensor x) => [.. Enumerable.Range(0, x.Shape.Rank).Select(axis => x.Shape[axis])];
}
