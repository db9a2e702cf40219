using System.Runtime.InteropServices;

namespace Unfold.Kernels.Threading;

/// <summary>A place where all parts of a <see cref="TogetherJob"/> wait for one another, thousands of times a run.</summary>
/// <remarks>
/// A dissemination barrier (Hensgen, Finkel, Manber 1988): in round r a part counts its own arrival and waits for that of the part 2^r
/// before it. So each counter has one writer, two parts meet by one store and one load each, and no counter ever goes back.
/// </remarks>
internal sealed class TeamBarrier
{
    /// <summary>How often a part looks before it gives its processor away: about 50 microseconds in all.</summary>
    private const int Looks = 2000;

    /// <summary>How often it then lets others run before it sleeps: what keeps its partner is no longer a matter of microseconds.</summary>
    private const int Yields = 100;

    private Counter[] _counters = [];
    private int _parts = 1;
    private int _looks;
    private bool _broken;

    /// <summary>Returns when all parts are here; what they wrote before is seen by all. Throws if a part has failed.</summary>
    /// <param name="part">The part that is executing, 0 … partCount - 1.</param>
    public void Wait(int part)
    {
        int parts = _parts;
        var counters = _counters;
        for (int distance = 1; distance < parts; distance *= 2)
        {
            ref long own = ref counters[part].Arrivals;
            long arrivals = own + 1;
            Volatile.Write(ref own, arrivals);
            ref long other = ref counters[part >= distance ? part - distance : part - distance + parts].Arrivals;
            if (Volatile.Read(ref other) < arrivals) Await(ref other, arrivals);
        }
    }

    /// <summary>Prepares for a run of <paramref name="parts"/> parts while none is executing.</summary>
    internal void Reset(int parts, bool maySpin)
    {
        if (_counters.Length < parts) _counters = new Counter[parts];
        else if (parts != _parts || _broken) Array.Clear(_counters);
        _parts = parts;
        _looks = maySpin ? Looks : 0;
        _broken = false;
    }

    /// <summary>Lets go whoever waits, now or later in this run, with an exception.</summary>
    internal void Break() => Volatile.Write(ref _broken, true);

    private void Await(ref long other, long arrivals)
    {
        for (int look = 0; look < _looks; look++)
        {
            Thread.SpinWait(1);
            if (Volatile.Read(ref other) >= arrivals) return;
            ThrowIfBroken();
        }

        for (int turn = 0; Volatile.Read(ref other) < arrivals; turn++)
        {
            ThrowIfBroken();
            if (turn < Yields) Thread.Yield();
            else Thread.Sleep(1);
        }
    }

    private void ThrowIfBroken()
    {
        if (Volatile.Read(ref _broken)) throw new InvalidOperationException("Another part of this job has failed: no part can go on.");
    }

    /// <summary>A counter in a cache line of its own, away also from its neighbour's, which a processor may fetch along.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    private struct Counter
    {
        [FieldOffset(64)]
        public long Arrivals;
    }
}
