using System.Runtime.InteropServices;

namespace Unfold.Onnx.Tests.Runtime;

/// <summary>A tensor on its way to ONNX Runtime or from there.</summary>
/// <param name="Type">float32 or int64.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Bytes">Its elements, little-endian.</param>
internal sealed record Value(string Type, int[] Shape, byte[] Bytes)
{
    /// <summary>As real numbers.</summary>
    public float[] Floats => MemoryMarshal.Cast<byte, float>(Bytes).ToArray();

    /// <summary>As a tensor here.</summary>
    public OnnxTensor Tensor => Type == "int64" ? new OnnxTensor(Shape, Integers) : new OnnxTensor(Shape, Floats);

    /// <summary>As whole numbers.</summary>
    public long[] Integers => MemoryMarshal.Cast<byte, long>(Bytes).ToArray();

    public static Value Of(int[] shape, ReadOnlySpan<float> values) => new("float32", shape, MemoryMarshal.AsBytes(values).ToArray());

    public static Value Of(params ReadOnlySpan<int> values) => Of([values.Length], values);

    public static Value Of(int[] shape, ReadOnlySpan<int> values)
    {
        long[] wide = new long[values.Length];
        for (int i = 0; i < wide.Length; i++)
            wide[i] = values[i];
        return new Value("int64", shape, MemoryMarshal.AsBytes<long>(wide).ToArray());
    }

    /// <summary>Asserts that this is near what was expected: |a − b| ≤ 1e-5 + 1e-4·|b|.</summary>
    public void AssertNear(string what, int[] shape, ReadOnlySpan<float> expected)
    {
        Assert.Equal(shape, Shape);
        float[] actual = Floats;
        for (int i = 0; i < actual.Length; i++)
        {
            if (!(Math.Abs(actual[i] - expected[i]) <= 1e-5 + (1e-4 * Math.Abs(expected[i]))))
                Assert.Fail($"{what}: element {i} is {actual[i]} in ONNX Runtime, but {expected[i]} here.");
        }
    }
}
