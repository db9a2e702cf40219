using Unfold.Kernels.Threading;

namespace Unfold.Tests.Kernels.Threading;

public sealed unsafe class ScratchTests
{
    [Fact]
    public void Is_aligned_and_as_long_as_asked()
    {
        foreach (int length in (int[])[0, 1, 100, 5000, 7])
        {
            float* memory = Scratch.Current.Reserve(length);
            Assert.Equal(0, (nint)memory % 64);
            new Span<float>(memory, length).Fill(1);
        }
    }

    [Fact]
    public void Belongs_to_its_thread_and_stays()
    {
        nint here = (nint)Scratch.Current.Reserve(1000), there = 0;
        var thread = new Thread(() => there = (nint)Scratch.Current.Reserve(1000));
        thread.Start();
        thread.Join();
        Assert.NotEqual(here, there);
        Assert.Equal(here, (nint)Scratch.Current.Reserve(500));
    }
}
