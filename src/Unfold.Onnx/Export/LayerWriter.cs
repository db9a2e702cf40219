using Unfold.Autodiff;
using Unfold.Cells.Graph;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Onnx.Export;

/// <summary>Writes feed-forward layers; those that slide windows are in <see cref="WindowWriter"/>.</summary>
internal static class LayerWriter
{
    /// <summary>A layer.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="x">[N, C, …].</param>
    /// <param name="input">Its shape without N.</param>
    /// <param name="name">What the result should be called.</param>
    /// <returns>The result's name.</returns>
    /// <exception cref="ModelFileException">There is no operator for it.</exception>
    public static string Write(GraphWriter graph, FeedForward layer, string x, Shape input, string name)
    {
        switch (layer)
        {
            case Linear linear: return Linear(graph, linear, x, isRow: input.Rank == 1);
            case Convolution or TransposedConvolution or Pooling or GlobalPooling or AdaptiveAveragePooling or Upsample: return WindowWriter.Write(graph, layer, x, input);
            case Flatten: return graph.Node("Flatten", name, [x], Attributes.Of("axis", 1));
            case FlattenSteps:
                string apart = graph.Node("Reshape", name + ".apart", [x, graph.Integers(0, input[0], input[1], -1)]);
                apart = graph.Node("Transpose", name + ".turned", [apart], Attributes.Of("perm", [0, 1, 3, 2]));
                return graph.Node("Reshape", name, [apart, graph.Integers(0, -1, input[1])]);
            case BatchNorm norm:
                return graph.Node("BatchNormalization", name, [x, .. norm.Parameters.Select(p => Constant(graph, p))], Attributes.Of("epsilon", norm.Epsilon));
            case LayerNorm norm:
                return graph.Node("LayerNormalization", name, [x, .. norm.Parameters.Select(p => Constant(graph, p))],
                    Attributes.Of("axis", -norm.Shape.Rank), Attributes.Of("epsilon", norm.Epsilon));
            case Dropout: return x;
            case Activation activation: return Activation(graph, activation, x, name);
            case SequenceReader reader: return Sequence(graph, reader, x, name);
            case Sequential row:
                foreach (FeedForward part in row.Layers)
                    (x, input) = (Write(graph, part, x, input, part.Name), Result(part, input));
                return x;
            default: throw new ModelFileException($"{layer.GetType().Name} '{layer.Name}' cannot be written as ONNX: there is no operator for it.");
        }
    }

    /// <summary>The shape of a layer's output without N.</summary>
    /// <exception cref="ArgumentException">The input's shape is none that the layer takes.</exception>
    public static Shape Result(FeedForward layer, Shape input) =>
        new(SizesOf(layer.Forward(Tape.ForInference(), Tensor.Zeros(new Shape([1, .. SizesOf(input)]))).Shape)[1..]);

    /// <summary>W x + b over the last axis.</summary>
    public static string Linear(GraphWriter graph, Linear layer, string x, bool isRow)
    {
        Parameter weight = layer.Parameters[0];
        string[] bias = layer.Parameters.Count > 1 ? [Constant(graph, layer.Parameters[1])] : [];
        if (isRow)
            return graph.Node("Gemm", layer.Name, [x, Constant(graph, weight), .. bias], Attributes.Of("transB", 1));
        string turned = graph.Constant(weight.Name + ".T", [layer.InputSize, layer.OutputSize], Turned(weight.Value.Values, layer.OutputSize, layer.InputSize));
        string product = graph.Node("MatMul", layer.Name + (bias.Length > 0 ? ".product" : ""), [x, turned]);
        return bias.Length > 0 ? graph.Node("Add", layer.Name, [product, bias[0]]) : product;
    }

    /// <summary>A parameter as a constant of its own name.</summary>
    public static string Constant(GraphWriter graph, Parameter parameter) => graph.Constant(parameter.Name, SizesOf(parameter.Shape), parameter.Value.Values);

    /// <summary>A matrix [R, S] as [S, R].</summary>
    public static float[] Turned(ReadOnlySpan<float> values, int rows, int columns)
    {
        float[] turned = new float[values.Length];
        for (int row = 0; row < rows; row++)
        {
            for (int column = 0; column < columns; column++)
                turned[(column * rows) + row] = values[(row * columns) + column];
        }

        return turned;
    }

    /// <summary>The sizes of a shape.</summary>
    public static int[] SizesOf(Shape shape)
    {
        int[] sizes = new int[shape.Rank];
        shape.CopyTo(sizes);
        return sizes;
    }

    private static string Activation(GraphWriter graph, Activation layer, string x, string name)
    {
        if (layer.Kind is ActivationKind.Softmax or ActivationKind.LogSoftmax)
            return graph.Node(layer.Kind.ToString(), name, [x], Attributes.Of("axis", -1));
        return Enum.TryParse(layer.Kind.ToString(), out Operation operation) && FunctionWriter.Write(graph, operation, name, x, layer.Number) is string y
            ? y
            : throw new ModelFileException($"The activation '{name}' cannot be written as ONNX: there is no operator for {layer.Kind}.");
    }

    /// <summary>The axes behind the channels as time.</summary>
    private static string Sequence(GraphWriter graph, SequenceReader reader, string x, string name)
    {
        string steps = graph.Node("Reshape", name + ".steps", [x, graph.Integers(0, reader.Layer.InputSize, -1)]);
        steps = graph.Node("Transpose", name + ".time", [steps], Attributes.Of("perm", [2, 0, 1]));
        string y = SequenceWriter.Write(graph, new SequenceAxes(graph, steps, null), reader.Layer, steps);
        return reader.LastOnly
            ? graph.Node("Gather", name, [y, graph.Integer(-1)], Attributes.Of("axis", 0))
            : graph.Node("Transpose", name, [y], Attributes.Of("perm", [1, 2, 0]));
    }
}
