using Unfold.Autodiff;

namespace Unfold.Tests.Autodiff;

public sealed class GradientCheckTests
{
    private static readonly double[] Point = [0.3, -1.2, 2];

    [Fact]
    public void A_right_gradient_passes() => Assert.InRange(Check(0), 0, 1e-9);

    [Theory]
    [InlineData(1e-5)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void A_wrong_gradient_is_found(double mistake) => Assert.True(Check(mistake) > 1e-6);

    [Fact]
    public void A_gradient_of_another_length_is_refused() =>
        Assert.Throws<ArgumentException>(() => GradientCheck.RelativeError(_ => 0, [1, 2], [0]));

    private static double Check(double mistake)
    {
        double[] gradient = [Math.Cos(Point[0]) * Point[1], Math.Sin(Point[0]) + mistake, Math.Exp(Point[2])];
        double error = GradientCheck.RelativeError(x => Math.Sin(x[0]) * x[1] + Math.Exp(x[2]), Point, gradient);
        Assert.Equal([0.3, -1.2, 2], Point);
        return error;
    }
}
