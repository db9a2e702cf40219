namespace Unfold.PublicApi.Tests;

public sealed class ThreadsTests
{
    [Fact]
    public void TheCountCanBeSetAndIsAtLeastOne()
    {
        int before = Threads.Count;
        try
        {
            Threads.Count = 3;
            Assert.Equal(3, Threads.Count);
            Assert.Throws<ArgumentOutOfRangeException>(() => Threads.Count = 0);
            Assert.Equal(3, Threads.Count);
        }
        finally
        {
            Threads.Count = before;
        }
    }
}
