using System.Diagnostics;
using Unfold.Autodiff;
using Unfold.Bench.Peers;
using Unfold.Data;
using Unfold.Measurement;
using Unfold.Models;
using Unfold.Training;

namespace Unfold.Bench.Text;

/// <summary>
/// One model trained by Unfold and by a peer in turn. Unfold's is one ordinary run of <see cref="LanguageModel.Train(TextCorpus, LanguageModelOptions, IProgress{TrainingProgress}, CancellationToken)"/>:
/// whoever observes it is told of every step, takes the time since the step before, and lets the run wait while it is the peer's turn.
/// </summary>
internal sealed class TextRow : IProgress<TrainingProgress>
{
    private const double WarmUpSeconds = 1.5;

    private readonly Func<PeerTime?> _askPeer;
    private readonly int _rounds;
    private readonly double _seconds;
    private readonly StepProfile _profile = new();
    private readonly CancellationTokenSource _enough = new();
    private readonly Dictionary<string, double> _kinds = [];
    private readonly List<double> _times = [];
    private readonly List<Timing> _own = [], _peers = [];
    private readonly long _begin = Stopwatch.GetTimestamp();
    private long _roundBegin, _last, _lastTokens;
    private bool _warm;

    private TextRow(TextCase what, Func<PeerTime?> askPeer, int rounds, double seconds)
    {
        Case = what;
        _askPeer = askPeer;
        _rounds = rounds;
        _seconds = seconds;
    }

    public TextCase Case { get; }

    /// <summary>Milliseconds that Unfold takes for the tokens of a full step.</summary>
    public Timing Unfold => Timing.Of(_own);

    /// <summary>The peer's; null without one.</summary>
    public Timing? Peer => _peers.Count == 0 ? null : Timing.Of(_peers);

    /// <summary>How many times as long as Unfold the peer takes, in each round.</summary>
    public IReadOnlyList<double> Ratios => [.. _peers.Zip(_own, (peer, mine) => peer.Median / mine.Median)];

    /// <summary>Unfold's training loss at the end, in nats a character.</summary>
    public double Loss { get; private set; }

    /// <summary>The peer's loss in its last step.</summary>
    public double? PeerLoss { get; private set; }

    /// <summary>Unfold's steps, by kind of operation: the share of the time.</summary>
    public IReadOnlyDictionary<string, double> Shares
    {
        get
        {
            double all = _kinds.Values.Sum();
            return _kinds.ToDictionary(kind => kind.Key, kind => kind.Value / all);
        }
    }

    public static TextRow Measure(TextCase what, TextCorpus corpus, string path, Peer? peer, int rounds, double seconds)
    {
        Threads.Count = what.Threads;
        var row = new TextRow(what, () => peer?.Measure(what.Request(path), "train", what.Size, what.Threads, seconds), rounds, seconds);
        try
        {
            LanguageModel.Train(corpus, what.Options(row._profile), row, row._enough.Token);
        }
        catch (OperationCanceledException)
        {
            // That is how a measurement ends.
        }

        row._enough.Dispose();
        return row;
    }

    public void Report(TrainingProgress value)
    {
        long now = Stopwatch.GetTimestamp();
        if (value.Stage != TrainingStage.Training || !_warm)
        {
            // What comes between two epochs is not training, and the first steps are compiled as they run.
            _last = 0;
            _warm |= Stopwatch.GetElapsedTime(_begin).TotalSeconds > WarmUpSeconds;
            return;
        }

        if (_last != 0)
            _times.Add(Stopwatch.GetElapsedTime(_last, now).TotalMilliseconds * Case.Tokens / (value.ItemsDone - _lastTokens));
        else if (_times.Count == 0)
            BeginRound();
        Loss = value.RecentLoss;
        if (_times.Count >= 3 && Stopwatch.GetElapsedTime(_roundBegin, now).TotalSeconds >= _seconds)
            EndRound();
        else
            (_last, _lastTokens) = (Stopwatch.GetTimestamp(), value.ItemsDone);
    }

    /// <summary>The step before is not counted, as with the peers: caches and threads find their way back.</summary>
    private void BeginRound()
    {
        _profile.Clear();
        _roundBegin = Stopwatch.GetTimestamp();
    }

    private void EndRound()
    {
        _times.Sort();
        _own.Add(new Timing(_times[_times.Count / 2], _times[0], _times[^1]));
        _times.Clear();
        _last = 0;
        foreach ((string kind, double seconds) in _profile.Kinds)
            _kinds[kind] = _kinds.GetValueOrDefault(kind) + seconds;
        if (_askPeer() is PeerTime answer)
        {
            _peers.Add(answer.Timing);
            PeerLoss = answer.Loss;
        }

        if (_own.Count == _rounds)
            _enough.Cancel();
    }
}
