using Unfold.Bench.Peers;
using Unfold.Measurement;

namespace Unfold.Bench.Layers;

/// <summary>One layer, in Unfold and in the peers.</summary>
/// <param name="Cell">The cell.</param>
/// <param name="Pass"><c>train</c> or <c>infer</c>.</param>
/// <param name="Size">The sizes.</param>
/// <param name="Unfold">Unfold's time.</param>
/// <param name="GigaFlops">Unfold's rate of arithmetic.</param>
/// <param name="Peers">Each peer's time and ratio; null where it has no such layer.</param>
/// <param name="BestRatio">The ratio to the fastest peer of each round; null without a peer.</param>
internal sealed record CompareRow(
    string Cell, string Pass, LayerSize Size, Timing Unfold, double GigaFlops, IReadOnlyList<PeerColumn?> Peers, double? BestRatio)
{
    /// <summary>Before each turn, in milliseconds: the threads of a peer go on looking for work for a while after its own, and would take the next one's processor.</summary>
    public const int Pause = 20;

    public static CompareRow Measure(string cell, string pass, LayerSize size, IReadOnlyList<Peer> peers, int threads, int rounds, double seconds)
    {
        var layer = new LayerRun(global::Unfold.Cells.Cell.Load(cell), size, Enum.Parse<LayerPass>(pass, ignoreCase: true));
        Timing.WarmUp(layer.Run);
        var own = new List<Timing>();
        List<Timing>[] others = [.. peers.Select(_ => new List<Timing>())];
        var best = new List<double>();
        for (int round = 0; round < rounds; round++)
        {
            Thread.Sleep(Pause);
            own.Add(Timing.Measure(layer.Run, seconds));
            double fastest = double.PositiveInfinity;
            for (int i = 0; i < peers.Count; i++)
            {
                // A peer that has no such layer is asked once.
                if (others[i].Count < round)
                    continue;
                Thread.Sleep(Pause);
                if (peers[i].Measure(cell, pass, size, threads, seconds) is not PeerTime answer)
                    continue;
                others[i].Add(answer.Timing);
                fastest = Math.Min(fastest, answer.Timing.Median);
            }

            if (double.IsFinite(fastest))
                best.Add(fastest / own[^1].Median);
        }

        Timing unfold = Timing.Of(own);
        return new CompareRow(cell, pass, size, unfold, layer.GigaFlops(unfold), [.. others.Select(Column)], best.Count > 0 ? Statistics.Median(best) : null);

        PeerColumn? Column(List<Timing> times) =>
            times.Count == 0 ? null : new PeerColumn(Timing.Of(times), Statistics.Median(times.Zip(own, (peer, mine) => peer.Median / mine.Median)));
    }
}

/// <summary>A peer's time, and how many times as long as Unfold it takes.</summary>
internal sealed record PeerColumn(Timing Timing, double Ratio);
