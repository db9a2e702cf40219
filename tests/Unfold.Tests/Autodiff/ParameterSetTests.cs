using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Tests.Autodiff;

public sealed class ParameterSetTests
{
    [Fact]
    public void Values_and_gradients_are_views_of_flat_buffers_at_aligned_starts()
    {
        ParameterSet set = new();
        Parameter a = set.Add("a", new Shape(3), Initializer.Ones);
        Parameter b = set.Add("b", new Shape(2, 9), Initializer.Constant(2));
        set.Allocate(1);
        Assert.Equal(48, set.Values.Length);
        Assert.Equal([1, 1, 1], a.Value.Values.ToArray());
        Assert.Equal(2, set.Values[16]);
        Assert.Equal(0, set.Values[3]);
        b.Gradient.Span[0] = 7;
        Assert.Equal(7, set.Gradients[16]);
        set.ZeroGradients();
        Assert.Equal(0, b.Gradient[0, 0]);
        Assert.Equal(21, set.Count);
        Assert.Same(b, set["b"]);
    }

    [Theory]
    [InlineData(17)]
    [InlineData(1 << 15)]
    [InlineData(100_003)]
    public void Every_gradient_is_cleared(int length)
    {
        ParameterSet set = new();
        set.Add("a", new Shape(length), Initializer.Ones);
        set.Allocate(1);
        set.Gradients.Fill(1);
        set.ZeroGradients();
        Assert.False(set.Gradients.ContainsAnyExcept(0));
        Assert.False(set["a"].Value.Values.ContainsAnyExcept(1));
    }

    [Fact]
    public void Ranges_of_trained_parameters_leave_fixed_ones_out()
    {
        ParameterSet set = new();
        set.Add("a", new Shape(3), Initializer.Zeros);
        set.Add("b", new Shape(20), Initializer.Zeros);
        set.Add("c", new Shape(1), Initializer.Zeros, trained: false);
        set.Add("d", new Shape(1), Initializer.Zeros);
        Assert.Equal([(0, 48), (64, 16)], set.TrainedRanges);
    }

    [Fact]
    public void A_name_is_given_once()
    {
        ParameterSet set = new();
        set.Add("decoder.weight", new Shape(3, 4), Initializer.Zeros);
        string message = Assert.Throws<ArgumentException>(() => set.Add("decoder.weight", new Shape(5), Initializer.Zeros)).Message;
        Assert.Contains("'decoder.weight' [3, 4]", message);
    }

    [Fact]
    public void Use_out_of_order_is_refused()
    {
        ParameterSet set = new();
        Parameter a = set.Add("a", new Shape(3), Initializer.Zeros);
        Assert.Contains("Allocate", Assert.Throws<InvalidOperationException>(() => a.Value).Message);
        Assert.Contains("Allocate", Assert.Throws<InvalidOperationException>(() => set.Values.Length).Message);
        set.Allocate(0);
        Assert.Contains("too late", Assert.Throws<InvalidOperationException>(() => set.Add("b", default, Initializer.Zeros)).Message);
        Assert.Throws<InvalidOperationException>(() => set.Allocate(0));
        Assert.Contains("There are: a.", Assert.Throws<KeyNotFoundException>(() => set["x"]).Message);
    }
}
