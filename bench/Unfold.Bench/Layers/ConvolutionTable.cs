using System.Globalization;
using Unfold.Bench.Peers;
using Unfold.Bench.Reporting;
using Unfold.Measurement;

namespace Unfold.Bench.Layers;

/// <summary>Convolutions of real networks, forward and both backward passes, beside oneDNN in turn.</summary>
internal static class ConvolutionTable
{
    private static readonly string[] Passes = ["forward", "input", "weights", "train"];

    public static void Run(Options options)
    {
        int threads = options.Whole("threads", 2), rounds = options.Whole("rounds", 5);
        double seconds = options.Number("seconds", 0.08);
        string[] passes = options.List("passes", string.Join(',', Passes)), only = options.List("only", "");
        bool write = options.Write;
        options.RequireKnown();

        Threads.Count = threads;
        var machine = Machine.Measure();
        IReadOnlyList<Peer> peers = Peer.StartAll(["onednn"]);
        using Peer peer = peers[0];
        var page = new Results();
        Head.Write(page, $"Convolutions on {Head.Threads(threads)}", machine, peers);
        page.Line(string.Create(CultureInfo.InvariantCulture,
            $"{rounds} rounds of {seconds} s a pass, Unfold and oneDNN in turn. Both start from plain N × C × pixels and end there: oneDNN's changes into and out of its own layouts are in its time, "
            + $"each tensor once. It takes the algorithm that it thinks best: Winograd's for some forward passes. input: the gradient of the input; weights: those of weights and bias; all: the three together, oneDNN "
            + $"keeping what it has changed from pass to pass. ms and GFLOP/s are Unfold's: the median of the rounds' medians, and 2·N·O·C/groups·kernel·pixels operations a pass. × is how many times as long oneDNN takes, the "
            + $"median of the rounds' ratios: above 1, Unfold is faster."));
        page.Line();
        page.Columns([
            "layer", "N × C × pixels → O",
            .. passes.SelectMany(pass => new[] { $"{(pass == "train" ? "all" : pass)} ms", "GFLOP/s", "oneDNN ms", "×" })]);
        // Not counted: runtimes compile again what they see often, and threads are started, so that no shape is to be the first.
        foreach (ConvolutionShape shape in ConvolutionShape.All.Where(shape => shape.Size.O == 64 && shape.Size.C < 64 || shape.Size.Groups > 1))
        {
            var run = new ConvolutionRun(shape.Size);
            foreach (string pass in passes)
                Timing.WarmUp(run.Pass(pass), 0.2);
        }

        var ratios = passes.Select(_ => new List<double>()).ToArray();
        ConvolutionShape[] shapes = [.. ConvolutionShape.All.Where((_, i) => only.Length == 0 || only.Contains(i.ToString(CultureInfo.InvariantCulture)))];
        foreach (ConvolutionShape shape in shapes)
        {
            var cells = new List<string> { shape.Name, shape.ToString() };
            var run = new ConvolutionRun(shape.Size);
            for (int i = 0; i < passes.Length; i++)
                Add(cells, ratios[i], shape, run.Pass(passes[i]), passes[i]);
            page.Row([.. cells]);
        }

        page.Row(["geometric mean", "", .. ratios.SelectMany(list => new[] { "", "", "", Results.Ratio(Statistics.GeometricMean(list)) })]);
        page.Row(["least", "", .. ratios.SelectMany(list => new[] { "", "", "", list.Count == 0 ? "-" : Results.Ratio(list.Min()) })]);
        if (write)
            page.Save("convolution.md");

        void Add(List<string> cells, List<double> all, ConvolutionShape shape, Action own, string pass)
        {
            List<Timing> mine = [], theirs = [];
            Timing.WarmUp(own, 0.1);
            for (int round = 0; round < rounds; round++)
            {
                mine.Add(Timing.Measure(own, seconds));
                if (theirs.Count == round && peer.Measure(shape.Request(pass, threads, seconds)) is PeerTime answer)
                    theirs.Add(answer.Timing);
            }

            double milliseconds = Timing.Of(mine).Median, operations = shape.Operations * (pass == "train" ? 3 : 1);
            cells.Add(Results.Three(milliseconds));
            cells.Add((operations / milliseconds / 1e6).ToString("F0", CultureInfo.InvariantCulture));
            if (theirs.Count == 0)
            {
                cells.AddRange(["-", "-"]);
                return;
            }

            double ratio = Statistics.Median(theirs.Zip(mine, (their, my) => their.Median / my.Median));
            all.Add(ratio);
            cells.AddRange([Results.Three(Timing.Of(theirs).Median), Results.Ratio(ratio)]);
        }
    }
}
