using Unfold.Kernels.Threading;

namespace Unfold.Tests.Kernels.Threading;

[Collection(nameof(Team))]
public sealed class TeamTogetherTests : IDisposable
{
    private readonly int _before = Team.Shared.Size;

    public void Dispose() => Team.SetSize(_before);

    /// <summary>Also with more threads than any processor count of a small machine: those that wait must let the others run.</summary>
    [Theory]
    [InlineData(1, 20_000)]
    [InlineData(2, 20_000)]
    [InlineData(3, 500)]
    [InlineData(5, 200)]
    [InlineData(8, 100)]
    public void All_parts_are_in_the_same_step(int threads, int steps)
    {
        Team.SetSize(threads);
        var job = new SteppingJob(steps);
        for (int parts = 1; parts <= threads; parts++)
        {
            Team.Shared.RunTogether(job, parts);
            Assert.Equal(parts, job.Parts);
            Assert.Equal(0, job.Strays);
        }
    }

    [Fact]
    public void A_part_runs_on_the_thread_of_its_number()
    {
        Team.SetSize(3);
        var job = new SteppingJob(2);
        Team.Shared.RunTogether(job, 3);
        int[] threads = [.. job.Threads];
        Assert.Equal(3, threads.Distinct().Count());
        Assert.Equal(Environment.CurrentManagedThreadId, threads[0]);
        for (int repeat = 0; repeat < 200; repeat++)
        {
            Team.Shared.RunTogether(job, 3);
            Assert.Equal(threads, job.Threads);
        }
    }

    [Fact]
    public void Runs_of_both_kinds_follow_one_another()
    {
        Team.SetSize(2);
        var together = new SteppingJob(3);
        var apart = new CountingJob();
        for (int repeat = 0; repeat < 5000; repeat++)
        {
            Team.Shared.RunTogether(together, 2);
            Team.Shared.Run(apart, 5);
        }

        Assert.Equal(0, together.Strays);
        Assert.Equal(5000 * 5, apart.Count);
    }

    [Fact]
    public void Wakes_after_a_rest()
    {
        Team.SetSize(2);
        var job = new SteppingJob(10);
        for (int repeat = 0; repeat < 20; repeat++)
        {
            Thread.Sleep(2);
            Team.Shared.RunTogether(job, 2);
            Assert.Equal(2, job.Parts);
        }

        Assert.Equal(0, job.Strays);
    }

    [Fact]
    public void More_parts_than_threads_become_as_many_as_there_are_threads()
    {
        Team.SetSize(2);
        var job = new SteppingJob(10);
        Team.Shared.RunTogether(job, 7);
        Assert.Equal(2, job.Parts);
    }

    [Fact]
    public void A_run_inside_a_part_is_one_part_on_that_thread()
    {
        Team.SetSize(2);
        var outer = new NestedJob();
        Team.Shared.RunTogether(outer, 2);
        Assert.All(outer.Inner, inner => Assert.Equal(1, inner.Parts));
        Assert.Equal(outer.Threads, outer.Inner.Select(inner => inner.Threads[0]));
    }

    [Fact]
    public void Callers_at_the_same_time_all_finish()
    {
        Team.SetSize(2);
        Parallel.For(0, 4, _ =>
        {
            var job = new SteppingJob(20);
            for (int repeat = 0; repeat < 300; repeat++)
            {
                Team.Shared.RunTogether(job, 2);
                Assert.InRange(job.Parts, 1, 2);
                Assert.Equal(0, job.Strays);
            }
        });
    }

    [Theory]
    [InlineData(2, 0, 0)]
    [InlineData(2, 1, 0)]
    [InlineData(2, 1, 50)]
    [InlineData(3, 2, 7)]
    [InlineData(5, 0, 99)]
    public void An_exception_of_a_part_lets_the_others_go_and_reaches_the_caller(int threads, int failing, int step)
    {
        Team.SetSize(threads);
        var job = new SteppingJob(100) { Failing = failing, FailingStep = step };
        for (int repeat = 0; repeat < 5; repeat++)
        {
            var error = Assert.Throws<FormatException>(() => Team.Shared.RunTogether(job, threads));
            Assert.Equal("part " + failing, error.Message);
            Assert.Equal(threads - 1, job.LetGo);
        }

        job.Failing = -1;
        Team.Shared.RunTogether(job, threads);
        Assert.Equal((threads, 0), (job.Parts, job.Strays));
    }

    [Fact]
    public void An_exception_of_the_only_part_reaches_the_caller()
    {
        Team.SetSize(1);
        var job = new SteppingJob(3) { Failing = 0, FailingStep = 1 };
        Assert.Throws<FormatException>(() => Team.Shared.RunTogether(job, 1));
    }

    [Fact]
    public void A_team_that_was_replaced_executes_one_part_on_the_caller()
    {
        Team.SetSize(2);
        var old = Team.Shared;
        Team.SetSize(3);
        var job = new SteppingJob(5);
        old.RunTogether(job, 2);
        Assert.Equal(1, job.Parts);
        Assert.Equal(Environment.CurrentManagedThreadId, job.Threads[0]);
    }

    [Fact]
    public void A_run_allocates_nothing()
    {
        Team.SetSize(2);
        var job = new SteppingJob(10);
        Team.Shared.RunTogether(job, 2);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++) Team.Shared.RunTogether(job, 2);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    /// <summary>Each part writes its step, meets the others, sees whether all have written the same, and meets them again.</summary>
    private sealed class SteppingJob(int steps) : TogetherJob
    {
        private readonly int[] _steps = new int[16];
        private readonly int[] _threads = new int[16];
        private int _strays;
        private int _letGo;

        public int Parts { get; private set; }

        public int Failing { get; set; } = -1;

        public int FailingStep { get; init; }

        public int Strays => _strays;

        /// <summary>Parts that left the run through an exception of the barrier, in the last run.</summary>
        public int LetGo => Interlocked.Exchange(ref _letGo, 0);

        public ReadOnlySpan<int> Threads => _threads.AsSpan(0, Parts);

        protected internal override void Execute(int part, int partCount)
        {
            if (part == 0) Parts = partCount;
            _threads[part] = Environment.CurrentManagedThreadId;
            try
            {
                for (int step = 0; step < steps; step++)
                {
                    if (part == Failing && step == FailingStep) throw new FormatException("part " + part);
                    _steps[part] = step;
                    Barrier.Wait(part);
                    for (int other = 0; other < partCount; other++)
                    {
                        if (_steps[other] != step) Interlocked.Increment(ref _strays);
                    }

                    Barrier.Wait(part);
                }
            }
            catch (InvalidOperationException)
            {
                Interlocked.Increment(ref _letGo);
                throw;
            }
        }
    }

    private sealed class CountingJob : TeamJob
    {
        public int Count;

        protected internal override void Execute(int part, int partCount) => Interlocked.Increment(ref Count);
    }

    private sealed class NestedJob : TogetherJob
    {
        public SteppingJob[] Inner { get; } = [new(5), new(5)];

        public int[] Threads { get; } = new int[2];

        protected internal override void Execute(int part, int partCount)
        {
            Threads[part] = Environment.CurrentManagedThreadId;
            Barrier.Wait(part);
            Team.Shared.RunTogether(Inner[part], 2);
            Barrier.Wait(part);
        }
    }
}
