using System.Runtime.ExceptionServices;

namespace Unfold.Kernels.Threading;

/// <summary>Work that a <see cref="Team"/> can share: parts 0 … partCount - 1, each executed once, in no promised order.</summary>
/// <remarks>A job is an object made once and run many times, so that a run allocates nothing.</remarks>
internal abstract class TeamJob
{
    protected internal abstract void Execute(int part, int partCount);
}

/// <summary>Threads that live as long as the process. After a run they watch for the next for some microseconds, then sleep.</summary>
/// <remarks>
/// Parts are dealt in a fixed way (thread t takes t, t + Size, …; the caller is thread 0). One caller at a time has the team: whoever
/// calls while it is busy, from another thread or from inside a part, executes all its parts on its own thread.
/// </remarks>
internal sealed class Team
{
    /// <summary>Pauses before a waiting thread sleeps: about 20 microseconds.</summary>
    private const int Spins = 400;

    private static readonly Lock SharedLock = new();
    private static volatile Team? _shared;

    private readonly object _gate = new();
    private int _busy;
    private bool _started;
    private int _round;      // counts runs; a change is the signal to start
    private int _pending;    // threads that have not finished this round
    private int _sleepers;
    private TeamJob? _job;
    private int _parts;
    private ExceptionDispatchInfo? _failure;

    private Team(int size) => Size = size;

    /// <summary>The team of the process, of <c>UNFOLD_THREADS</c> threads or else one a processor.</summary>
    public static Team Shared
    {
        get
        {
            if (_shared is { } team) return team;
            lock (SharedLock) return _shared ??= new Team(DefaultSize());
        }
    }

    /// <summary>Threads, the caller's among them.</summary>
    public int Size { get; }

    private bool MaySpin => Size <= Environment.ProcessorCount;

    /// <summary>Replaces the shared team by one of <paramref name="threads"/> threads, at least one; the old one's threads end.</summary>
    public static void SetSize(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        lock (SharedLock)
        {
            if (_shared?.Size == threads) return;
            var old = _shared;
            _shared = new Team(threads);
            old?.Close();
        }
    }

    /// <summary>Executes all parts of <paramref name="job"/> and returns when they are done; the first exception of a part is thrown again here.</summary>
    public void Run(TeamJob job, int parts)
    {
        if (parts <= 1 || Size == 1 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            for (int part = 0; part < parts; part++) job.Execute(part, parts);
            return;
        }

        try
        {
            if (!_started) Start();
            _job = job;
            _parts = parts;
            Volatile.Write(ref _pending, Size - 1);
            Interlocked.Increment(ref _round);
            if (Volatile.Read(ref _sleepers) > 0) Wake();
            ExecuteShare(0);
            AwaitOthers();
            if (Interlocked.Exchange(ref _failure, null) is { } failure) failure.Throw();
        }
        finally
        {
            _job = null;
            Volatile.Write(ref _busy, 0);
        }
    }

    private static int DefaultSize() =>
        int.TryParse(Environment.GetEnvironmentVariable("UNFOLD_THREADS"), out int threads) && threads > 0
            ? Math.Min(threads, 1024)
            : Environment.ProcessorCount;

    private void Start()
    {
        for (int i = 1; i < Size; i++)
        {
            int index = i;
            new Thread(() => Work(index)) { IsBackground = true, Name = "Unfold " + index }.Start();
        }

        _started = true;
    }

    /// <summary>Ends the threads. The team stays busy for ever, so that whoever still holds it runs on its own thread.</summary>
    private void Close()
    {
        while (Interlocked.CompareExchange(ref _busy, 1, 0) != 0) Thread.Yield();
        Interlocked.Increment(ref _round);
        Wake();
    }

    private void Wake()
    {
        lock (_gate) Monitor.PulseAll(_gate);
    }

    private void Work(int index)
    {
        int seen = 0;
        while (true)
        {
            seen = AwaitRound(seen);
            if (_job == null) return;
            ExecuteShare(index);
            if (Interlocked.Decrement(ref _pending) == 0 && Volatile.Read(ref _sleepers) > 0) Wake();
        }
    }

    private void ExecuteShare(int index)
    {
        try
        {
            for (int part = index; part < _parts; part += Size) _job!.Execute(part, _parts);
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(error), null);
        }
    }

    private int AwaitRound(int seen)
    {
        for (int spin = MaySpin ? 0 : Spins; spin < Spins; spin++)
        {
            if (Volatile.Read(ref _round) != seen) return seen + 1;
            Thread.SpinWait(8);
        }

        lock (_gate)
        {
            Interlocked.Increment(ref _sleepers);
            while (Volatile.Read(ref _round) == seen) Monitor.Wait(_gate);
            Interlocked.Decrement(ref _sleepers);
        }

        return seen + 1;
    }

    private void AwaitOthers()
    {
        for (int spin = MaySpin ? 0 : Spins; spin < Spins; spin++)
        {
            if (Volatile.Read(ref _pending) == 0) return;
            Thread.SpinWait(8);
        }

        lock (_gate)
        {
            Interlocked.Increment(ref _sleepers);
            while (Volatile.Read(ref _pending) != 0) Monitor.Wait(_gate);
            Interlocked.Decrement(ref _sleepers);
        }
    }
}
