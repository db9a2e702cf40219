namespace Unfold.Onnx.Tests;

public sealed class OnnxTensorTests
{
    [Fact]
    public void WholeNumbersMayComeInAnyList()
    {
        IReadOnlyList<int> shape = [2, 2];
        IReadOnlyList<long> values = [1, 2, 3, 4];
        OnnxTensor tensor = new(shape, values);
        Assert.Equal([2, 2], tensor.Sizes);
        Assert.Equal(values, tensor.As([4]).Whole);
        Assert.Contains("expects 4 numbers, but got 3", Assert.Throws<ArgumentException>(() => new OnnxTensor(shape, [1, 2, 3])).Message);
    }
}
