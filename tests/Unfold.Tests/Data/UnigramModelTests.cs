using Unfold.Data;

namespace Unfold.Tests.Data;

public sealed class UnigramModelTests
{
    [Fact]
    public void Each_token_has_one_more_than_its_share_of_the_counts()
    {
        UnigramModel model = UnigramModel.Of([0, 0, 0, 1], 3);
        Assert.Equal([3, 1, 0], model.Counts);
        Assert.Equal((Math.Log(7 / 4.0) + Math.Log(7 / 2.0) + Math.Log(7)) / 3, model.Loss([0, 1, 2]), 12);
        Assert.Equal(0, model.Loss([]));
    }
}
