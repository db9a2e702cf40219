using Unfold.Kernels.Elementwise;

namespace Unfold.Tests.Kernels.Elementwise;

public sealed class ScalarFunctionsTests
{
    /// <summary>erfc to sixteen digits, from Python's math.erfc.</summary>
    [Theory]
    [InlineData(0, 1)]
    [InlineData(0.1, 0.8875370839817151)]
    [InlineData(0.5, 0.4795001221869535)]
    [InlineData(1, 0.15729920705028513)]
    [InlineData(1.9999, 0.004679802092970608)]
    [InlineData(2, 0.004677734981047266)]
    [InlineData(3, 2.209049699858544e-05)]
    [InlineData(5, 1.537459794428035e-12)]
    [InlineData(10, 2.088487583762545e-45)]
    [InlineData(-0.5, 1.5204998778130465)]
    [InlineData(-3, 1.9999779095030015)]
    public void Erfc(double x, double expected) => Assert.InRange(ScalarFunctions.Erfc(x), expected - Math.Abs(expected) * 1e-11, expected + Math.Abs(expected) * 1e-11);

    [Fact]
    public void Nothing_overflows_far_out()
    {
        foreach (float x in new[] { -1e30f, -200, -90, 90, 200, 1e30f })
        {
            float sign = x > 0 ? 1 : 0;
            Assert.Equal(sign, ScalarFunctions.Sigmoid(x), 1e-30f);
            Assert.Equal(x > 0 ? x : 0, ScalarFunctions.Softplus(x), 1e-30f);
            Assert.Equal(x > 0 ? x : 0, ScalarFunctions.Gelu(x), 1e-30f);
            Assert.Equal(x > 0 ? x : 0, ScalarFunctions.Silu(x), 1e-30f);
            Assert.Equal(x > 0 ? x : -1, ScalarFunctions.Elu(x, 1f));
        }
    }

    [Fact]
    public void Values_that_PyTorch_gives()
    {
        Assert.Equal(0.34573123, ScalarFunctions.Gelu(0.5), 1e-8);
        Assert.Equal(0.31122967, ScalarFunctions.Silu(0.5), 1e-8);
        Assert.Equal(0.97407698, ScalarFunctions.Softplus(0.5), 1e-8);
        Assert.Equal(-0.39346934, ScalarFunctions.Elu(-0.5, 1.0), 1e-8);
        Assert.Equal(0.58333333, ScalarFunctions.HardSigmoid(0.5), 1e-8);
        Assert.Equal(-1.0 / 3, ScalarFunctions.Softsign(-0.5), 1e-15);
    }
}
