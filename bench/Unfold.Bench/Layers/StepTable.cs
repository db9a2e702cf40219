using Unfold.Bench.Peers;
using Unfold.Bench.Reporting;
using Unfold.Cells;
using Unfold.Measurement;

namespace Unfold.Bench.Layers;

/// <summary>Streaming: one step at a time, states in and out, beside ONNX Runtime in turn.</summary>
internal static class StepTable
{
    public static void Run(Options options)
    {
        string[] cells = options.List("cells", "lstm,gru,rnn");
        LayerSize[] sizes = [.. options.List("sizes", "1x1x128x256").Select(Options.Size)];
        int threads = options.Whole("threads", 1), rounds = options.Whole("rounds", 7);
        double seconds = options.Number("seconds", 0.3);
        bool write = options.Write;
        options.RequireKnown();

        Threads.Count = threads;
        var machine = Machine.Measure();
        IReadOnlyList<Peer> peers = Peer.StartAll(["ort"]);
        using Peer peer = peers[0];
        var page = new Results();
        Head.Write(page, "One step of streaming", machine, peers);
        page.Line(
            $"Microseconds a step, states in and out: the median of {rounds} rounds' medians (least - most of all steps), Unfold and ONNX Runtime in turn, {seconds} s each. "
            + "× is how many times as long ONNX Runtime takes, the median of the rounds' ratios; its time has the call from JavaScript in it, about ten microseconds. "
            + "Bytes: managed memory that a step of Unfold allocates.");
        page.Line();
        page.Columns("cell", "N × C × H", "µs", "bytes", "ONNX Runtime µs", "×");
        foreach (string cell in cells)
        {
            foreach (LayerSize size in sizes)
                page.Row(Measure(cell, size));
        }

        if (write)
            page.Save("step.md");

        string[] Measure(string cell, LayerSize size)
        {
            var layer = new LayerRun(Cell.Load(cell), size, LayerPass.Step);
            Timing.WarmUp(layer.Run);
            List<Timing> own = [], other = [];
            for (int round = 0; round < rounds; round++)
            {
                own.Add(Timing.Measure(layer.Run, seconds));
                if (other.Count == round && peer.Measure(cell, "step", size, threads, seconds) is PeerTime answer)
                    other.Add(answer.Timing);
            }

            string ratio = other.Count == 0 ? "-" : Results.Ratio(Statistics.Median(other.Zip(own, (theirs, mine) => theirs.Median / mine.Median)));
            return
            [
                cell, $"{layer.Size.N} × {layer.Size.C} × {layer.Size.H}", Microseconds(Timing.Of(own)), $"{layer.MeasureAllocation(1000)}",
                other.Count == 0 ? "-" : Microseconds(Timing.Of(other)), ratio,
            ];
        }
    }

    private static string Microseconds(Timing time) => Results.Span(new Timing(time.Median * 1e3, time.Least * 1e3, time.Most * 1e3));
}
