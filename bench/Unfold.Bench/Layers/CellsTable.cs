using System.Diagnostics;
using Unfold.Bench.Reporting;
using Unfold.Cells;
using Unfold.Measurement;

namespace Unfold.Bench.Layers;

/// <summary>
/// Every cell's rate of arithmetic beside LSTM's at the same sizes: whether a cell of a few lines runs as fast as the one that everybody optimizes.
/// The two are timed in turn, and a ratio is the median of the rounds' own ratios.
/// </summary>
internal static class CellsTable
{
    private const string Yardstick = "lstm", Sizes = "100x64x128x256,32x32x64x128,50x32x256x512";

    public static void Run(Options options)
    {
        string[] cells = options.List("cells", string.Join(',', Cell.Names.Where(name => name != Yardstick)));
        LayerSize[] sizes = [.. options.List("sizes", Sizes).Select(Options.Size)];
        var pass = Enum.Parse<LayerPass>(options.Text("pass", "train"), ignoreCase: true);
        int threads = options.Whole("threads", 2), rounds = options.Whole("rounds", 5);
        double seconds = options.Number("seconds", 0.05);
        bool write = options.Write;
        options.RequireKnown();

        Threads.Count = threads;
        var machine = Machine.Measure();
        var page = new Results();
        Head.Write(page, $"Every cell beside LSTM, {(pass == LayerPass.Train ? "training" : "inference")}", machine);
        page.Line(
            $"GFLOP/s in the weight matrices of a cell (least - most of {rounds} rounds of {seconds} s, the cell and LSTM in turn) and × LSTM's rate at the same T × N × C × H, "
            + "the median of the rounds' ratios; where a cell adds x to a hidden vector, C is H for both. Elementwise work counts as time, not as operations: "
            + "a cell with few weights and many functions has a lower rate on any machine.");
        page.Line();
        page.Columns(["cell", .. sizes.SelectMany(size => new[] { size.ToString(), "×" }), "mean ×", "least ×"]);

        var yardsticks = new Dictionary<LayerSize, LayerRun>();
        var all = new List<double>();
        foreach (string name in cells)
        {
            var cell = Cell.Load(name);
            List<string> columns = [cell.Name];
            var ratios = new List<double>();
            foreach (LayerSize size in sizes)
            {
                (string rate, double ratio) = Measure(new LayerRun(cell, size, pass), Yard);
                columns.AddRange([rate, Results.Ratio(ratio)]);
                ratios.Add(ratio);
            }

            page.Row([.. columns, Results.Ratio(Statistics.GeometricMean(ratios)), Results.Ratio(ratios.Min())]);
            all.AddRange(ratios);
        }

        page.Line();
        page.Line($"All {cells.Length} cells: geometric mean × {Results.Ratio(Statistics.GeometricMean(all))}, least × {Results.Ratio(all.Min())}; "
            + $"LSTM itself {string.Join(", ", sizes.Select(size => $"{LstmRate(size):F0}"))} GFLOP/s, limit {machine.Limit:F0}.");
        if (write)
            page.Save(pass == LayerPass.Train ? "cells.md" : "cells-inference.md");

        LayerRun Yard(LayerSize size)
        {
            if (!yardsticks.TryGetValue(size, out LayerRun? layer))
            {
                yardsticks[size] = layer = new LayerRun(Cell.Named(Yardstick), size, pass);
                Timing.WarmUp(layer.Run);
            }

            return layer;
        }

        double LstmRate(LayerSize size) => Yard(size).GigaFlops(Timing.Measure(Yard(size).Run, 5 * seconds));

        (string Rate, double Ratio) Measure(LayerRun layer, Func<LayerSize, LayerRun> yardstick)
        {
            LayerRun lstm = yardstick(layer.Size);
            Timing.WarmUp(layer.Run, 0.2);
            var rates = new List<double>();
            var ratios = new List<double>();
            for (int round = 0; round < rounds; round++)
            {
                rates.Add(Rate(layer, seconds));
                ratios.Add(rates[^1] / Rate(lstm, seconds));
            }

            return ($"{Statistics.Median(rates):F0} ({rates.Min():F0} - {rates.Max():F0})", Statistics.Median(ratios));
        }
    }

    /// <summary>The mean rate over some time: short runs are too many to time each.</summary>
    private static double Rate(LayerRun layer, double seconds)
    {
        long start = Stopwatch.GetTimestamp();
        int count = 0;
        do
        {
            layer.Run();
            count++;
        }
        while (Stopwatch.GetElapsedTime(start).TotalSeconds < seconds);
        return layer.Operations * count / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9;
    }
}
