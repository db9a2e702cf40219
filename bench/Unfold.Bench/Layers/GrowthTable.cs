using Unfold.Bench.Reporting;
using Unfold.Cells;
using Unfold.Measurement;

namespace Unfold.Bench.Layers;

/// <summary>How cost grows: T, N, H and threads, each doubled from one base while the others stay.</summary>
internal static class GrowthTable
{
    private const string Base = "50x32x128x128";

    private sealed record Point(string Series, int Value, LayerSize Size, int Threads);

    private sealed record Cost(Point Point, Timing Time, double Bytes, double GigaFlops);

    public static void Run(Options options)
    {
        string cell = options.Text("cell", "lstm");
        LayerSize start = Options.Size(options.Text("base", Base));
        int threads = options.Whole("threads", 1), most = options.Whole("most-threads", Environment.ProcessorCount), doublings = options.Whole("doublings", 3);
        int rounds = options.Whole("rounds", 3);
        double seconds = options.Number("seconds", 0.3);
        bool write = options.Write;
        options.RequireKnown();

        Threads.Count = threads;
        var machine = Machine.Measure();
        var page = new Results();
        Head.Write(page, "How cost grows", machine);
        page.Line(
            $"Training a layer of {cell}, forward and backward to x and all weights, from T × N × C × H = {start} on {Head.Threads(threads)}; each row doubles one size and leaves the others, "
            + $"where H stands for C = H, both. Milliseconds: the median of {rounds} rounds' medians (least - most of all runs). Memory: what a step works in, packed weights among it, without weights, their gradients and x. "
            + "× is the factor to the row above: 2 is linear, 4 quadratic, for threads 0.5 would be ideal.");
        page.Line();
        page.Columns("doubled", "value", "ms", "×", "GFLOP/s", "MB of memory", "×");
        var costs = new List<Cost>();
        foreach (IGrouping<string, Point> series in Points(start, threads, most, doublings).GroupBy(point => point.Series))
        {
            Cost? before = null;
            foreach (Cost cost in Measure(cell, [.. series], rounds, seconds))
            {
                page.Row(cost.Point.Series, $"{cost.Point.Value}", Results.Span(cost.Time), Results.Ratio(cost.Time.Median / before?.Time.Median), $"{cost.GigaFlops:F0}",
                    Results.Three(cost.Bytes / 1e6), Results.Ratio(cost.Bytes / before?.Bytes));
                costs.Add(before = cost);
            }
        }

        page.Line();
        page.Line("![Time and memory of a training step when T, N, H or the number of threads is doubled](growth.svg)");
        if (!write)
            return;
        page.Save("growth.md");
        Results.Save("growth.svg", LogPlot.Draw(
        [
            new Panel("Time of a training step, milliseconds", Lines(cost => cost.Time.Median)),
            new Panel("Memory of a training step, megabytes", Lines(cost => cost.Bytes / 1e6)),
        ]));

        PlotLine[] Lines(Func<Cost, double> value) =>
        [
            .. costs.GroupBy(cost => cost.Point.Series).Select(series =>
                new PlotLine($"{series.Key} {series.First().Point.Value} to {series.Last().Point.Value}", [.. series.Select(value)])),
        ];
    }

    private static IEnumerable<Point> Points(LayerSize start, int threads, int most, int doublings)
    {
        int[] factors = [.. Enumerable.Range(0, doublings + 1).Select(i => 1 << i)];
        foreach (int factor in factors)
            yield return new Point("T", start.T * factor, start with { T = start.T * factor }, threads);
        foreach (int factor in factors)
            yield return new Point("N", start.N * factor, start with { N = start.N * factor }, threads);
        foreach (int factor in factors)
            yield return new Point("H", start.H * factor, start with { C = start.C * factor, H = start.H * factor }, threads);
        for (int count = 1; count <= most; count *= 2)
            yield return new Point("threads", count, start, count);
    }

    /// <summary>A series in turn, round by round, so that a slow minute of the machine does not bend a line.</summary>
    private static IEnumerable<Cost> Measure(string cell, Point[] points, int rounds, double seconds)
    {
        LayerRun[] layers = [.. points.Select(point => new LayerRun(Cell.Load(cell), point.Size, LayerPass.Train))];
        List<Timing>[] times = [.. points.Select(_ => new List<Timing>())];
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < points.Length; i++)
            {
                Threads.Count = points[i].Threads;
                if (round == 0)
                    Timing.WarmUp(layers[i].Run);
                times[i].Add(Timing.Measure(layers[i].Run, seconds));
            }
        }

        for (int i = 0; i < points.Length; i++)
        {
            Timing time = Timing.Of(times[i]);
            yield return new Cost(points[i], time, layers[i].MeasureMemory(), layers[i].GigaFlops(time));
        }
    }
}
