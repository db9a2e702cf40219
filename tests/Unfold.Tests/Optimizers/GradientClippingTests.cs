using Unfold.Autodiff;
using Unfold.Optimizers;
using Unfold.Tensors;

namespace Unfold.Tests.Optimizers;

public sealed class GradientClippingTests
{
    [Fact]
    public void A_norm_below_the_maximum_changes_nothing()
    {
        ParameterSet set = Make(3, 4);
        Assert.Equal(5, GradientClipping.ByNorm(set, 5.1), 1e-12);
        Assert.Equal([3, 4], set["a"].Gradient.Values.ToArray());
    }

    [Fact]
    public void A_norm_above_the_maximum_becomes_the_maximum()
    {
        ParameterSet set = Make(3, 4);
        Assert.Equal(5, GradientClipping.ByNorm(set, 0.5), 1e-12);
        Assert.Equal(0.5, GradientClipping.Norm(set), 1e-6);
        Assert.Equal(0.3, set["a"].Gradient[0], 1e-6);
    }

    [Fact]
    public void Fixed_parameters_do_not_count()
    {
        ParameterSet set = Make(3, 4);
        set["fixed"].Gradient.Span.Fill(100);
        Assert.Equal(5, GradientClipping.ByNorm(set, 1), 1e-12);
        Assert.Equal(100, set["fixed"].Gradient[0]);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void A_norm_that_is_no_number_changes_nothing(float bad)
    {
        ParameterSet set = Make(3, bad);
        Assert.False(double.IsFinite(GradientClipping.ByNorm(set, 1)));
        Assert.Equal(3, set["a"].Gradient[0]);
    }

    [Fact]
    public void Great_and_small_gradients_neither_overflow_nor_vanish()
    {
        Assert.Equal(5e30, GradientClipping.Norm(Make(3e30f, 4e30f)), 1e24);
        Assert.Equal(5e-30, GradientClipping.Norm(Make(3e-30f, 4e-30f)), 1e-36);
    }

    [Fact]
    public void Values_are_limited_one_by_one()
    {
        ParameterSet set = Make(-3, 0.5f);
        GradientClipping.ByValue(set, 1);
        Assert.Equal([-1, 0.5f], set["a"].Gradient.Values.ToArray());
    }

    [Fact]
    public void A_maximum_of_nothing_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ByNorm(Make(1, 1), 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => GradientClipping.ByValue(Make(1, 1), float.NaN));
    }

    private static ParameterSet Make(float a, float b)
    {
        ParameterSet set = new();
        set.Add("fixed", new Shape(3), Initializer.Zeros, trained: false);
        set.Add("a", new Shape(2), Initializer.Zeros);
        set.Allocate(0);
        set["a"].Gradient.Span[0] = a;
        set["a"].Gradient.Span[1] = b;
        return set;
    }
}
