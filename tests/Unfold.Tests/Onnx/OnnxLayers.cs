using Unfold.Autodiff;
using Unfold.Layers;

namespace Unfold.Tests.Onnx;

/// <summary>How the layers of this library compute ONNX operators: one entry for each operator.</summary>
internal static class OnnxLayers
{
    /// <summary>The operators of which every test is run: those that a layer computes.</summary>
    public static IEnumerable<string> Tested => Operators.Keys.Except(Views.Keys);

    /// <summary>Operators that occur beside the tested ones and move no numbers.</summary>
    private static Dictionary<string, OnnxOperator> Views { get; } = new(StringComparer.Ordinal)
    {
        ["Squeeze"] = (node, inputs, _) => [Reshaped(inputs[0]!, Without(inputs[0]!.Shape, node.Integers("axes")!))],
        ["Unsqueeze"] = (node, inputs, _) => [Reshaped(inputs[0]!, With(inputs[0]!.Shape, node.Integers("axes")!))],
    };

    /// <summary>All of them by name.</summary>
    public static IReadOnlyDictionary<string, OnnxOperator> Operators { get; } = new Dictionary<string, OnnxOperator>(Views, StringComparer.Ordinal)
    {
        ["Flatten"] = (_, inputs, _) => [Apply(new Flatten("flatten"), inputs[0]!)],
    };

    /// <summary>A layer outside training.</summary>
    private static OnnxTensor Apply(FeedForward layer, OnnxTensor x) => OnnxTensor.From(layer.Forward(Tape.ForInference(), x.ToTensor()));

    private static OnnxTensor Reshaped(OnnxTensor tensor, int[] shape) => tensor with { Shape = shape };

    private static int[] Without(int[] shape, int[] axes) => [.. shape.Where((_, axis) => !axes.Contains(axis))];

    private static int[] With(int[] shape, int[] axes)
    {
        List<int> sizes = [.. shape];
        foreach (int axis in axes.Order())
            sizes.Insert(axis, 1);
        return [.. sizes];
    }
}
