using Unfold.Autodiff;

namespace Unfold.Tests.Autodiff;

public sealed class PlaceTests
{
    [Fact]
    public void The_number_of_a_name_never_changes()
    {
        // FNV-1a over the bytes of UTF-16: a change would change every trained model's first values.
        Assert.Equal(2166136261u, Place.Of(""));
        Assert.Equal(0x2B24D044u, Place.Of("a"));
        Assert.NotEqual(Place.Of("encoder.weight"), Place.Of("decoder.weight"));
    }
}
