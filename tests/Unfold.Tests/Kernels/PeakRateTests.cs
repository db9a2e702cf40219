using Unfold.Kernels;

namespace Unfold.Tests.Kernels;

public sealed class PeakRateTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void IsANumberAboveZeroForAnyNumberOfThreads(int threads) => Assert.InRange(PeakRate.Measure(threads), double.Epsilon, double.MaxValue);
}
