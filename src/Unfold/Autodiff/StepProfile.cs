using System.Diagnostics;

namespace Unfold.Autodiff;

/// <summary>
/// Where the time of training steps goes: seconds by kind of operation, forward and backward together. Given to a run by
/// <c>TrainingOptions.Profile</c>; costs a look at the clock an operation, and nothing where there is none.
/// </summary>
/// <remarks>
/// Kinds are the tape's operations (<c>recurrent</c>, <c>linear</c>, <c>embedding</c>, <c>dropout</c>, <c>cross entropy</c>, …), then what the
/// training loop does itself: <see cref="Clearing"/>, <see cref="Clipping"/>, <see cref="Optimizer"/>, and <see cref="Other"/> for the rest. Times are
/// those of the thread that trains; what others do for it meanwhile is within them. Belongs to one run at a time.
/// </remarks>
public sealed class StepProfile
{
    /// <summary>Setting gradients to zero.</summary>
    public const string Clearing = "clearing";

    /// <summary>The norm of the gradients and their limits.</summary>
    public const string Clipping = "clipping";

    /// <summary>The optimizer's own step.</summary>
    public const string Optimizer = "optimizer";

    /// <summary>All else in a step, such as reading the batch.</summary>
    public const string Other = "other";

    private readonly List<string> _kinds = [];
    private readonly List<long> _ticks = [];
    private long _last;

    /// <summary>The kinds met so far, each with its seconds in all, in the order in which they were met first.</summary>
    public IEnumerable<(string Kind, double Seconds)> Kinds => _kinds.Zip(_ticks, (kind, ticks) => (kind, (double)ticks / Stopwatch.Frequency));

    /// <summary>The steps that are in the sums.</summary>
    public int Steps { get; private set; }

    /// <summary>Forgets every step so far.</summary>
    public void Clear()
    {
        _kinds.Clear();
        _ticks.Clear();
        Steps = 0;
    }

    /// <summary>Begins a step: the time since the last one is nobody's.</summary>
    internal void Begin() => _last = Stopwatch.GetTimestamp();

    /// <summary>Counts the time since the last call, or since <see cref="Begin"/>, to a kind; allocates nothing for one that is known.</summary>
    internal void Count(string kind)
    {
        long now = Stopwatch.GetTimestamp();
        int index = _kinds.IndexOf(kind);
        if (index < 0)
        {
            index = _kinds.Count;
            _kinds.Add(kind);
            _ticks.Add(0);
        }

        _ticks[index] += now - _last;
        _last = now;
    }

    /// <summary>Ends a step: what is left of it is <see cref="Other"/>.</summary>
    internal void End()
    {
        Count(Other);
        Steps++;
    }
}
