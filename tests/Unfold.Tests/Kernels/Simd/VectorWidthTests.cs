using Unfold.Kernels.Simd;

namespace Unfold.Tests.Kernels.Simd;

public sealed class VectorWidthTests
{
    private static int Widest => Simd512.IsSupported ? 512 : Simd256.IsSupported ? 256 : 128;

    [Theory]
    [InlineData("128", 128)]
    [InlineData("256", 256)]
    [InlineData("512", 512)]
    [InlineData("300", 256)]
    [InlineData("1", 128)]
    [InlineData(null, 512)]
    [InlineData("", 512)]
    [InlineData("wide", 512)]
    [InlineData("-1", 512)]
    public void Is_the_widest_within_the_limit(string? limit, int bits) =>
        Assert.Equal(Math.Min(bits, Widest), VectorWidth.Choose(limit));

    [Fact]
    public void Follows_the_environment() =>
        Assert.Equal(VectorWidth.Choose(Environment.GetEnvironmentVariable("UNFOLD_VECTOR_WIDTH")), VectorWidth.Bits);
}
