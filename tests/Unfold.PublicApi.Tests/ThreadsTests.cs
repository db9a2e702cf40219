namespace Unfold.PublicApi.Tests;

/// <summary>Tests that change the number of threads run while no other test does.</summary>
[CollectionDefinition(nameof(Threads), DisableParallelization = true)]
public sealed class ThreadsCollection;

[Collection(nameof(Threads))]
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
