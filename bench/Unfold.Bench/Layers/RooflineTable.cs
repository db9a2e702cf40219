using System.Globalization;
using Unfold.Bench.Reporting;
using Unfold.Cells;
using Unfold.Measurement;

namespace Unfold.Bench.Layers;

/// <summary>
/// Where the time of a layer goes, beside the least that its products need at the machine's limit: which part misses what. Layers take turns round by
/// round, and runs with and without counters too, so that a slow minute does not bend a row and what counting costs is seen.
/// </summary>
internal static class RooflineTable
{
    private const string Sizes = "32x32x64x128,100x64x128x256,50x64x256x512,100x1x128x256,784x32x1x128,35x20x650x650";

    public static void Run(Options options)
    {
        string[] cells = options.List("cells", "lstm,gru");
        LayerSize[] sizes = [.. options.List("sizes", Sizes).Select(Options.Size)];
        int threads = options.Whole("threads", 2), rounds = options.Whole("rounds", 5);
        double seconds = options.Number("seconds", 0.12);
        bool write = options.Write;
        options.RequireKnown();

        Threads.Count = threads;
        var machine = Machine.Measure();
        var page = new Results();
        Head.Write(page, $"Where the time of a layer goes, on {Head.Threads(threads)}", machine);
        page.Line(string.Create(CultureInfo.InvariantCulture,
            $"{rounds} rounds of {seconds} s without counters and as long with them, all layers in turn. ms: the median of the rounds' medians without (least - most of all runs); counted ×: how many times as long a run takes that counts. ")
            + "Least ms: what the operations in the weight matrices take at the limit, and of limit: its part of ms. Then shares of the threads' time, of the half of the counted runs about the median. "
            + "Products: forward, and the gradients of h and x; weight gradients: those of matrices and biases, on all threads for as long as the caller waits; packing: bringing weights into the "
            + "order in which products read them; meeting: waiting for the other threads where they share the units; rest: the shorter thread's waiting for the longer, and what has no counter, as copies, "
            + "zeros and starts. Last, what each part reaches in its own time: products and weight gradients of the limit, elementwise work in nanoseconds a unit, step and sequence.");
        page.Line();
        page.Columns(
            "cell", "pass", "T × N × C × H", "ms", "counted ×", "least ms", "of limit", "products", "weight gradients", "elementwise", "packing", "meeting", "rest",
            "products of limit", "weight gradients of limit", "elementwise ns");
        foreach (LayerPass pass in (ReadOnlySpan<LayerPass>)[LayerPass.Train, LayerPass.Infer])
        {
            RooflineRow[] rows = [.. cells.SelectMany(name => sizes.Select(size => new RooflineRow(Cell.Load(name), size, pass)))];
            for (int round = 0; round < rounds; round++)
            {
                foreach (RooflineRow row in rows)
                    row.Measure(seconds);
            }

            foreach (RooflineRow row in rows)
                page.Row(row.Columns(machine));
        }

        if (write)
            page.Save("roofline.md");
    }
}
