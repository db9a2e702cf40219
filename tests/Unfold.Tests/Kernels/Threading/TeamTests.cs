using Unfold.Kernels.Threading;

namespace Unfold.Tests.Kernels.Threading;

/// <summary>Tests that change the size of the shared team run while no other test does: a new team's first run makes its threads, and that allocates.</summary>
[CollectionDefinition(nameof(Team), DisableParallelization = true)]
public sealed class TeamCollection;

[Collection(nameof(Team))]
public sealed class TeamTests : IDisposable
{
    private readonly int _before = Team.Shared.Size;

    public void Dispose() => Team.SetSize(_before);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(9)]
    public void Executes_every_part_once(int threads)
    {
        Team.SetSize(threads);
        Assert.Equal(threads, Team.Shared.Size);
        foreach (int parts in (int[])[0, 1, 2, 3, 7, 100, 1000])
        {
            for (int repeat = 0; repeat < 50; repeat++)
            {
                var job = new CountingJob(parts);
                Team.Shared.Run(job, parts);
                Assert.All(job.Counts, count => Assert.Equal(1, count));
            }
        }
    }

    [Fact]
    public void One_job_can_be_run_again_and_again()
    {
        Team.SetSize(3);
        var job = new CountingJob(3);
        for (int repeat = 0; repeat < 20_000; repeat++) Team.Shared.Run(job, 3);
        Assert.All(job.Counts, count => Assert.Equal(20_000, count));
    }

    [Fact]
    public void Wakes_after_a_rest()
    {
        Team.SetSize(2);
        var job = new CountingJob(2);
        for (int repeat = 0; repeat < 20; repeat++)
        {
            Thread.Sleep(2);
            Team.Shared.Run(job, 2);
        }

        Assert.All(job.Counts, count => Assert.Equal(20, count));
    }

    [Fact]
    public void Uses_more_than_one_thread()
    {
        Team.SetSize(2);
        var job = new MeetingJob();
        Team.Shared.Run(job, 2);
        Assert.True(job.Met);
    }

    [Fact]
    public void A_run_inside_a_part_executes_on_that_thread()
    {
        Team.SetSize(2);
        var job = new NestedJob();
        Team.Shared.Run(job, 8);
        Assert.Equal(8 * 5, job.Inner);
        Assert.Equal(0, job.OnOtherThreads);
    }

    [Fact]
    public void Callers_at_the_same_time_all_finish()
    {
        Team.SetSize(3);
        Parallel.For(0, 8, _ =>
        {
            for (int repeat = 0; repeat < 300; repeat++)
            {
                var job = new CountingJob(5);
                Team.Shared.Run(job, 5);
                Assert.All(job.Counts, count => Assert.Equal(1, count));
            }
        });
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public void An_exception_of_a_part_reaches_the_caller_and_the_team_works_on(int failing)
    {
        Team.SetSize(2);
        var error = Assert.Throws<InvalidOperationException>(() => Team.Shared.Run(new FailingJob(failing), 6));
        Assert.Equal("part " + failing, error.Message);
        var job = new CountingJob(6);
        Team.Shared.Run(job, 6);
        Assert.All(job.Counts, count => Assert.Equal(1, count));
    }

    [Fact]
    public void A_team_that_was_replaced_still_executes_on_the_caller()
    {
        Team.SetSize(2);
        var old = Team.Shared;
        Team.SetSize(3);
        var job = new CountingJob(4);
        old.Run(job, 4);
        Assert.All(job.Counts, count => Assert.Equal(1, count));
    }

    [Fact]
    public void A_run_allocates_nothing()
    {
        Team.SetSize(2);
        var job = new CountingJob(4);
        Team.Shared.Run(job, 4);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) Team.Shared.Run(job, 4);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Refuses_no_threads() => Assert.Throws<ArgumentOutOfRangeException>(() => Team.SetSize(0));

    private sealed class CountingJob(int parts) : TeamJob
    {
        public int[] Counts { get; } = new int[parts];

        protected internal override void Execute(int part, int partCount)
        {
            if (partCount == Counts.Length) Interlocked.Increment(ref Counts[part]);
        }
    }

    private sealed class MeetingJob : TeamJob
    {
        private readonly CountdownEvent _arrivals = new(2);
        private int _met;

        public bool Met => _met == 2;

        protected internal override void Execute(int part, int partCount)
        {
            _arrivals.Signal();
            if (_arrivals.Wait(TimeSpan.FromSeconds(30))) Interlocked.Increment(ref _met);
        }
    }

    private sealed class NestedJob : TeamJob
    {
        public int Inner;
        public int OnOtherThreads;

        protected internal override void Execute(int part, int partCount) =>
            Team.Shared.Run(new InnerJob(this, Environment.CurrentManagedThreadId), 5);

        private sealed class InnerJob(NestedJob outer, int thread) : TeamJob
        {
            protected internal override void Execute(int part, int partCount)
            {
                Interlocked.Increment(ref outer.Inner);
                if (Environment.CurrentManagedThreadId != thread) Interlocked.Increment(ref outer.OnOtherThreads);
            }
        }
    }

    private sealed class FailingJob(int failing) : TeamJob
    {
        protected internal override void Execute(int part, int partCount)
        {
            if (part == failing) throw new InvalidOperationException("part " + part);
        }
    }
}
