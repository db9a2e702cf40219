using Unfold.Tensors;

namespace Unfold.Tests.Onnx;

/// <summary>
/// A tensor of an ONNX file. Elements of every type are kept as doubles, which hold float, int32, bool and the int64 of test vectors exactly.
/// </summary>
/// <param name="Name">Its name in the graph; empty where the file gives none.</param>
/// <param name="Type">The type of its elements in the file.</param>
/// <param name="Shape">The sizes of its axes; none for a scalar.</param>
/// <param name="Values">Its elements, the last axis fastest.</param>
internal sealed record OnnxTensor(string Name, OnnxElement Type, int[] Shape, double[] Values)
{
    /// <summary>What an operator computed, as far as values and shape go.</summary>
    public static OnnxTensor From(Tensor tensor)
    {
        int[] shape = new int[tensor.Shape.Rank];
        tensor.Shape.CopyTo(shape);
        return new("", OnnxElement.Float, shape, [.. tensor.Values.ToArray().Select(value => (double)value)]);
    }

    /// <summary>The same numbers in float32.</summary>
    public Tensor ToTensor() => Tensor.From([.. Values.Select(value => (float)value)], new Shape(Shape));

    /// <summary>The same numbers as whole numbers, such as class indices.</summary>
    public int[] ToIntegers() => [.. Values.Select(value => checked((int)value))];
}

/// <summary>TensorProto.DataType, as far as test vectors use it.</summary>
internal enum OnnxElement
{
    Float = 1,
    Int32 = 6,
    Int64 = 7,
    Bool = 9,
    Double = 11,
}
