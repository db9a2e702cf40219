using System.Runtime.ExceptionServices;

namespace Unfold.Kernels.Threading;

/// <summary>Threads that live as long as the process. After a run they watch for the next for some microseconds, then sleep.</summary>
/// <remarks>
/// Parts are dealt in a fixed way (thread t takes t, t + Size, …; the caller is thread 0), so a thread finds its data in its cache.
/// Whoever is done takes parts that nobody has begun: on a busy machine a run does not wait for a thread that is given no processor.
/// One caller at a time has the team: whoever calls while it is busy, from another thread or from inside a part, executes all its
/// parts on its own thread. The parts of a <see cref="TogetherJob"/> alone are never taken by another thread than their own.
/// </remarks>
internal sealed class Team
{
    /// <summary>How often a waiting thread looks before it sleeps: about 50 microseconds in all.</summary>
    private const int Looks = 250;

    /// <summary>How often a thread looks inside a part before it gives its processor away: some tens of microseconds.</summary>
    private const int LooksInside = 500;

    private static readonly Lock SharedLock = new();
    private static volatile Team? _shared;

    private readonly object _startGate = new();
    private readonly object _endGate = new();
    private readonly bool _maySpin;
    private int[] _claims = new int[64]; // the round in which each part was last begun
    private TeamJob? _job;
    private TogetherJob? _together; // the job, if its parts wait for one another
    private int _parts;
    private ExceptionDispatchInfo? _failure;
    private bool _started;
    private int _busy;      // 1 while a caller has the team
    private int _round;     // counts runs; a change is the signal to start
    private int _open;      // the round while it has parts for whoever comes, else 0
    private int _active;    // threads that may be looking at the run
    private int _remaining; // parts not finished
    private int _sleepers;  // threads that sleep until a run starts
    private int _callerSleeps;

    private Team(int size)
    {
        Size = size;
        _maySpin = size <= Environment.ProcessorCount;
    }

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

    /// <summary>Executes all parts and returns when they are done; the first exception of a part is thrown again here.</summary>
    public void Run(TeamJob job, int parts)
    {
        if (parts <= 1 || Size == 1 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            for (int part = 0; part < parts; part++) job.Execute(part, parts);
            return;
        }

        RunAll(job, parts);
    }

    /// <summary>Executes a job whose parts wait for one another: part p on thread p, all at the same time.</summary>
    /// <remarks>
    /// Where the team is busy, is one thread, or <paramref name="parts"/> is 1, this is one call of Execute(0, 1) on the caller's thread: the
    /// job divides its work by the number of parts it is told. The first exception of a part is thrown again here; the
    /// other parts are let go from the barrier with one, too.
    /// </remarks>
    /// <param name="job">The job, not running elsewhere.</param>
    /// <param name="parts">Parts at most; there are never more than <see cref="Size"/>.</param>
    public void RunTogether(TogetherJob job, int parts)
    {
        parts = Math.Min(parts, Size);
        if (parts <= 1 || Interlocked.CompareExchange(ref _busy, 1, 0) != 0)
        {
            job.Barrier.Reset(1, maySpin: false);
            job.Execute(0, 1);
            return;
        }

        job.Barrier.Reset(parts, _maySpin);
        _together = job;
        RunAll(job, parts);
    }

    /// <summary>Waits inside a part for what other threads have begun to be done: for some microseconds, unless one of them was given no processor.</summary>
    public static void AwaitCount(ref int done, int all)
    {
        for (int look = 0; Volatile.Read(ref done) < all; look++)
        {
            if (look < LooksInside) Thread.SpinWait(2);
            else Thread.Yield();
        }
    }

    private static int DefaultSize() =>
        int.TryParse(Environment.GetEnvironmentVariable("UNFOLD_THREADS"), out int threads) && threads > 0
            ? Math.Min(threads, 1024)
            : Environment.ProcessorCount;

    private void RunAll(TeamJob job, int parts)
    {
        ExecuteParts(0, Open(job, parts));
        AwaitParts();
        var failure = Retire();
        failure?.Throw();
    }

    /// <summary>Sets a run up and returns its round, which is never 0.</summary>
    private int Open(TeamJob job, int parts)
    {
        if (!_started) Start();
        if (parts > _claims.Length) _claims = new int[2 * parts];
        _job = job;
        _parts = parts;
        _remaining = parts;

        // A thread that comes late from the round before may see _open before _round: it claims parts by what _open says, so that none runs twice.
        int round = _round == -1 ? 1 : _round + 1;
        Volatile.Write(ref _open, round);
        Interlocked.Exchange(ref _round, round);
        if (Volatile.Read(ref _sleepers) > 0) Wake(_startGate);
        return round;
    }

    /// <summary>Shuts the run to latecomers, waits for those who only look, and gives the team free.</summary>
    private ExceptionDispatchInfo? Retire()
    {
        Interlocked.Exchange(ref _open, 0);
        var patience = default(SpinWait);
        while (Volatile.Read(ref _active) != 0) patience.SpinOnce(sleep1Threshold: -1);
        _job = null;
        _together = null;
        var failure = _failure;
        _failure = null;
        Volatile.Write(ref _busy, 0);
        return failure;
    }

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
        _parts = -1;
        Interlocked.Increment(ref _round);
        Wake(_startGate);
    }

    private void Work(int index)
    {
        int seen = 0;
        while (true)
        {
            seen = AwaitRound(seen);
            if (Volatile.Read(ref _parts) < 0) return;
            Interlocked.Increment(ref _active);
            int round = Volatile.Read(ref _open);
            if (round != 0) ExecuteParts(index, round);
            Interlocked.Decrement(ref _active);
        }
    }

    /// <summary>The thread's own parts, then what nobody has begun; of parts that wait for one another the thread's own alone.</summary>
    private void ExecuteParts(int index, int round)
    {
        if (_together is not null)
        {
            if (index < _parts) TryExecute(index, round);
            return;
        }

        for (int part = index; part < _parts; part += Size) TryExecute(part, round);
        for (int part = 0; part < _parts; part++) TryExecute(part, round);
    }

    private void TryExecute(int part, int round)
    {
        int before = Volatile.Read(ref _claims[part]);
        if (before == round || Interlocked.CompareExchange(ref _claims[part], round, before) != before) return;
        try
        {
            _job!.Execute(part, _parts);
        }
        catch (Exception error)
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(error), null);
            _together?.Barrier.Break();
        }

        if (Interlocked.Decrement(ref _remaining) == 0 && Volatile.Read(ref _callerSleeps) != 0) Wake(_endGate);
    }

    private int AwaitRound(int seen)
    {
        for (int look = _maySpin ? 0 : Looks; look < Looks; look++)
        {
            if (Volatile.Read(ref _round) != seen) return Volatile.Read(ref _round);
            Thread.SpinWait(8);
        }

        lock (_startGate)
        {
            Interlocked.Increment(ref _sleepers);
            while (Volatile.Read(ref _round) == seen) Monitor.Wait(_startGate);
            Interlocked.Decrement(ref _sleepers);
            return Volatile.Read(ref _round);
        }
    }

    private void AwaitParts()
    {
        for (int look = _maySpin ? 0 : Looks; look < Looks; look++)
        {
            if (Volatile.Read(ref _remaining) == 0) return;
            Thread.SpinWait(8);
        }

        lock (_endGate)
        {
            Interlocked.Exchange(ref _callerSleeps, 1);
            while (Volatile.Read(ref _remaining) != 0) Monitor.Wait(_endGate);
            Volatile.Write(ref _callerSleeps, 0);
        }
    }

    private static void Wake(object gate)
    {
        lock (gate) Monitor.PulseAll(gate);
    }
}
