using System.Globalization;
using Unfold.Bench.Peers;
using Unfold.Bench.Reporting;
using Unfold.Measurement;

namespace Unfold.Bench.Layers;

/// <summary>
/// Recurrent layers beside oneDNN, ONNX Runtime and PyTorch: in each round Unfold and every peer in turn, and a ratio is the median of the
/// rounds' own ratios, so that what the machine does to all of them at once does not matter.
/// </summary>
internal static class CompareTable
{
    private const string Cells = "lstm,gru,gru_reset_after,rnn,peephole";

    private const string Sizes =
        "32x32x64x128,100x64x128x256,50x64x256x512,100x1x128x256,784x32x1x128,35x20x650x650,"
        + "50x32x100x100,40x3x128x256,1x64x128x256,20x32x512x1024,33x17x37x75";

    public static void Run(Options options)
    {
        string[] cells = options.List("cells", Cells), passes = options.List("passes", "train,infer");
        LayerSize[] sizes = [.. options.List("sizes", Sizes).Select(Options.Size)];
        int threads = options.Whole("threads", 2), rounds = options.Whole("rounds", 5);
        double seconds = options.Number("seconds", 0.3);
        string[] keys = options.List("peers", "onednn,ort,pytorch");
        bool write = options.Write;
        options.RequireKnown();

        Threads.Count = threads;
        Machine machine = Machine.Measure();
        IReadOnlyList<Peer> peers = Peer.StartAll(keys);
        var page = new Results();
        Head.Write(page, $"Recurrent layers on {Head.Threads(threads)}, beside other systems", machine, peers);
        page.Line(string.Create(CultureInfo.InvariantCulture,
            $"{rounds} rounds of {seconds} s, in each Unfold and every peer in turn, with a pause of {CompareRow.Pause} ms before each, in which the threads of the one before fall asleep. Times in milliseconds: the median of the rounds' medians (least - most of all runs). "
            + $"× is how many times as long a peer takes, the median of the rounds' ratios; above 1, Unfold is faster. Training is forward and backward to x and all weights: "
            + $"2·T·N·G·H·(C+H) operations forward, three times that in training. A dash: the peer does not have that layer."));
        page.Line();
        page.Columns(["cell", "pass", "T × N × C × H", "ms", "GFLOP/s", "of limit", .. peers.SelectMany(peer => new[] { $"{peer.Name} ms", "×" }), "× best"]);

        // Not counted: runtimes compile again what they see often, and threads are started, so that no cell is to be the first.
        foreach (string pass in passes)
            CompareRow.Measure(cells[0], pass, sizes[0], peers, threads, rounds: 3, seconds: 0.5);
        var rows = new List<CompareRow>();
        foreach (string pass in passes)
        {
            foreach (string cell in cells)
            {
                foreach (LayerSize size in sizes)
                    rows.Add(Show(page, CompareRow.Measure(cell, pass, size, peers, threads, rounds, seconds), machine.Limit));
            }
        }

        foreach (string pass in passes)
            Summarize(page, pass, [.. rows.Where(row => row.Pass == pass)], peers);
        foreach (Peer peer in peers)
            peer.Dispose();
        if (write)
            page.Save($"layers-{Head.Threads(threads).Replace(' ', '-')}.md");
    }

    private static CompareRow Show(Results page, CompareRow row, double limit)
    {
        page.Row(
        [
            row.Cell, row.Pass, row.Size.ToString(), Results.Span(row.Unfold), row.GigaFlops.ToString("F0", CultureInfo.InvariantCulture),
            (row.GigaFlops / limit).ToString("P0", CultureInfo.InvariantCulture),
            .. row.Peers.SelectMany(peer => new[] { peer is null ? "-" : Results.Span(peer.Timing), Results.Ratio(peer?.Ratio) }), Results.Ratio(row.BestRatio),
        ]);
        return row;
    }

    /// <summary>Geometric mean and minimum over the sizes, of each cell and of all.</summary>
    private static void Summarize(Results page, string pass, CompareRow[] rows, IReadOnlyList<Peer> peers)
    {
        page.Line();
        page.Line($"## {(pass == "train" ? "Training" : "Inference")}: geometric mean and minimum of × over the sizes");
        page.Line();
        page.Columns(["cell", .. peers.SelectMany(peer => new[] { $"{peer.Name}, mean", "minimum" }), "best, mean", "minimum", "at T × N × C × H"]);
        foreach (IGrouping<string, CompareRow> group in rows.GroupBy(row => row.Cell))
            Add(group.Key, [.. group]);
        if (rows.Select(row => row.Cell).Distinct().Skip(1).Any())
            Add("all", rows);

        void Add(string name, CompareRow[] some)
        {
            CompareRow? least = some.Where(row => row.BestRatio is not null).MinBy(row => row.BestRatio);
            page.Row(
            [
                name, .. Enumerable.Range(0, peers.Count).SelectMany(i => MeanAndMinimum(some.Select(row => row.Peers[i]?.Ratio))),
                .. MeanAndMinimum(some.Select(row => row.BestRatio)), least is null ? "-" : name == "all" ? $"{least.Cell}, {least.Size}" : least.Size.ToString(),
            ]);
        }
    }

    private static string[] MeanAndMinimum(IEnumerable<double?> ratios)
    {
        double[] known = [.. ratios.OfType<double>()];
        return known.Length == 0 ? ["-", "-"] : [Results.Ratio(Statistics.GeometricMean(known)), Results.Ratio(known.Min())];
    }
}
