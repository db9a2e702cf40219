using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Onnx.Tests.Runtime;
using Unfold.Tensors;

namespace Unfold.Onnx.Tests.Export;

/// <summary>Every layer gives in ONNX Runtime what it gives here.</summary>
public sealed class LayerTests
{
    /// <summary>Layers that are written where models have them, and the tests that show it.</summary>
    private static readonly Dictionary<Type, string> InModels = new()
    {
        [typeof(ConditionalRandomField)] = nameof(TaggerTests),
        [typeof(LabelFeedback)] = nameof(TaggerTests),
        [typeof(Embedding)] = nameof(TaggerTests),
    };

    /// <summary>Layers over sequences, and the tests of theirs.</summary>
    private static readonly Dictionary<Type, string> OverSequences = new()
    {
        [typeof(Recurrent)] = nameof(CellTests),
        [typeof(Bidirectional)] = nameof(BidirectionalTests),
        [typeof(TemporalConvolutionalNetwork)] = nameof(BidirectionalTests),
        [typeof(SequenceEncoder)] = nameof(AnEncoderGivesTheSameNumbers),
    };

    private static readonly (string Name, int[] Input, Func<ParameterSet, FeedForward> Build)[] Layers =
    [
        ("linear", [5], set => new Linear(set, "linear", 5, 3)),
        ("linear of steps", [4, 5], set => new Linear(set, "linear", 5, 3)),
        ("convolution of one axis", [4, 11], set => new Convolution(set, "conv", 4, 6, [3], new ConvolutionOptions { Padding = Padding.Causal, Dilation = [2], Groups = 2 })),
        ("convolution of three axes", [2, 5, 6, 7], set => new Convolution(set, "conv", 2, 3, [2, 3, 3], new ConvolutionOptions { Stride = [1, 2, 2], Padding = Padding.Same, Flip = true })),
        ("transposed convolution of one axis", [4, 6], set => new TransposedConvolution(set, "conv", 4, 2, [3], new TransposedConvolutionOptions { Stride = [3], OutputPadding = [1] })),
        ("transposed convolution of three axes", [2, 3, 4, 2], set => new TransposedConvolution(set, "conv", 2, 2, [2, 2, 3], new TransposedConvolutionOptions { Stride = [2], Padding = Padding.Same })),
        ("maxima", [3, 9, 10], _ => new Pooling("pool", PoolingKind.Max, [3, 2], [2, 3], Padding.Explicit([1, 0], [1, 1]), [2, 1], ceiling: true)),
        ("means", [3, 9, 10], _ => new Pooling("pool", PoolingKind.Average, [3, 2], [2, 3], Padding.Explicit([1, 0], [1, 1]), countPadding: false)),
        ("means with their padding", [3, 10], _ => new Pooling("pool", PoolingKind.Average, [3], [2], Padding.Explicit([1], [1]))),
        ("means over the end", [2, 8, 5, 9], _ => new Pooling("pool", PoolingKind.Average, [3, 2, 2], [2, 2, 3], Padding.Explicit([1, 0, 1], [0, 1, 0]), ceiling: true)),
        ("means over the end without their padding", [3, 8, 9], _ => new Pooling("pool", PoolingKind.Average, [3, 2], [3, 2], Padding.Explicit([1, 0], [1, 0]), ceiling: true, countPadding: false)),
        ("dilated means", [3, 9, 10], _ => new Pooling("pool", PoolingKind.Average, [2, 3], [1, 2], Padding.Same, [2, 2], countPadding: false)),
        ("sums", [3, 9, 10], _ => new Pooling("pool", PoolingKind.Sum, [3, 2], [2, 3], Padding.Explicit([1, 0], [0, 1]))),
        ("dilated sums over the end", [3, 14], _ => new Pooling("pool", PoolingKind.Sum, [3], [2], null, [2], ceiling: true)),
        ("global maxima", [3, 4, 5, 6], _ => new GlobalPooling("pool", PoolingKind.Max)),
        ("global sums", [3, 7], _ => new GlobalPooling("pool", PoolingKind.Sum)),
        ("global means", [3, 4, 5], _ => new GlobalPooling("pool", PoolingKind.Average)),
        ("adaptive means of three axes", [2, 7, 5, 6], _ => new AdaptiveAveragePooling("pool", 3, 5, 4)),
        ("nearest of one axis", [2, 5], _ => new Upsample("up", false, 3)),
        ("linear of three axes", [2, 3, 2, 4], _ => new Upsample("up", true, 2, 1, 2)),
        ("flattened", [2, 3, 4], _ => new Flatten("flat")),
        ("flattened steps", [3, 4, 2, 2], _ => new FlattenSteps("flat")),
        ("batch norm of sequences", [4, 6], set => new BatchNorm(set, "norm", 4)),
        ("batch norm of volumes", [2, 3, 2, 2], set => new BatchNorm(set, "norm", 2, epsilon: 1e-3f)),
        ("layer norm of two axes", [2, 3, 4], set => new LayerNorm(set, "norm", [3, 4])),
        ("dropout", [7], _ => new Dropout("drop", 0.5f)),
        ("a sequence of pixels", [2, 3, 4], set => new SequenceReader(new Recurrent(set, "rnn", Cell.Named("mgu"), 2, 5), lastOnly: false)),
        ("layers in a row", [2, 9, 8], set => new Sequential("row",
            new Convolution(set, "conv", 2, 4, [3, 3]), new Activation(ActivationKind.Gelu), new Sequential("inner", new Pooling("pool", PoolingKind.Average, [2, 2], ceiling: true), new Flatten("flat")),
            new Linear(set, "linear", 48, 3))),
        .. Enum.GetValues<ActivationKind>().Select(kind => ($"activation {kind}", new[] { 3, 5 }, (Func<ParameterSet, FeedForward>)(_ => new Activation(kind)))),
    ];

    public static TheoryData<string> Names => [.. Layers.Select(layer => layer.Name)];

    [RuntimeTheory]
    [MemberData(nameof(Names))]
    public void ALayerGivesTheSameNumbers(string name)
    {
        using TemporaryFile file = new();
        (_, int[] input, Func<ParameterSet, FeedForward> build) = Layers.Single(layer => layer.Name == name);
        ParameterSet set = new();
        FeedForward layer = build(set);
        Filling.Allocate(set, 1);
        OnnxExport.Save(layer, new Shape(input), file.Path);
        foreach (int batch in new[] { 1, 3 })
        {
            Tensor x = Filling.Tensor(2, [batch, .. input]), y = layer.Forward(Tape.ForInference(), x);
            int[] shape = new int[y.Shape.Rank];
            y.Shape.CopyTo(shape);
            OnnxRuntime.Run(file.Path, ("x", Value.Of([batch, .. input], x.Values)))["y"].AssertNear("y", shape, y.Values);
        }
    }

    [RuntimeTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void AnEncoderGivesTheSameNumbers(bool bothDirections)
    {
        using TemporaryFile file = new();
        ParameterSet set = new();
        SequenceEncoder encoder = new(set, "encoder", new SequenceEncoderOptions
        {
            Layer = new RecurrentOptions(Cell.Named("gru")) { Hidden = 4, Layers = 2, SkipConnections = true },
            Bidirectional = bothDirections,
        }, 3);
        Filling.Allocate(set, 1);
        OnnxExport.Save(encoder, file.Path, new OnnxExportOptions { States = false });
        int[] lengths = [4, 6, 1];
        PackedSequences rows = new(lengths);
        Tensor x = Filling.Tensor(2, 6, 3, 3), packed = Tensor.Zeros(new Shape(rows.RowCount, 3));
        float[] expected = new float[6 * 3 * encoder.OutputSize];
        Each((t, n) => x.Values.Slice(((t * 3) + n) * 3, 3).CopyTo(packed.Span[(rows.Row(t, n) * 3)..]));
        Tensor y = encoder.Forward(Tape.ForInference(), packed, rows);
        Each((t, n) => y.Slice(rows.Row(t, n), 1).Values.CopyTo(expected.AsSpan(((t * 3) + n) * encoder.OutputSize)));
        OnnxRuntime.Run(file.Path, ("x", Value.Of([6, 3, 3], x.Values)), ("lengths", Value.Of(lengths)))["y"].AssertNear("y", [6, 3, encoder.OutputSize], expected);

        void Each(Action<int, int> step)
        {
            for (int n = 0; n < lengths.Length; n++)
            {
                for (int t = 0; t < lengths[n]; t++)
                    step(t, n);
            }
        }
    }

    [Fact]
    public void EveryLayerIsAmongThem()
    {
        HashSet<Type> shown = [.. InModels.Keys, .. OverSequences.Keys];
        foreach ((_, _, Func<ParameterSet, FeedForward> build) in Layers)
            shown.Add(build(new ParameterSet()).GetType());
        Type[] all = [.. typeof(Layer).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(Layer)) && !type.IsAbstract)];
        Assert.Empty(all.Where(type => !shown.Contains(type)).Select(type => type.Name));
    }
}
