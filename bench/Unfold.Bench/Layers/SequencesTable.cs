using Unfold.Autodiff;
using Unfold.Bench.Reporting;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Measurement;
using Unfold.Tensors;

namespace Unfold.Bench.Layers;

/// <summary>Sequences of different lengths against padding, and very long sequences with and without what backward needs.</summary>
internal static class SequencesTable
{
    public static void Run(Options options)
    {
        int threads = options.Whole("threads", 2), rounds = options.Whole("rounds", 5);
        string[] cells = options.List("cells", "lstm,gru");
        LayerSize[] sizes = [.. options.List("sizes", "100x64x128x256,50x64x64x128").Select(Options.Size)];
        LayerSize[] long_ = [.. options.List("long", "10000x8x64x128,10000x1x128x256").Select(Options.Size)];
        bool write = options.Write;
        options.RequireKnown();
        Threads.Count = threads;
        var page = new Results();
        Head.Write(page, "Sequences of different lengths, and very long ones", Machine.Measure());
        page.Line("## Different lengths");
        page.Line();
        page.Line("Training of a batch whose lengths are uniform from 1 to T, in milliseconds, and of the same batch padded to T; the median of rounds in turn. Per step: the time for each real step, "
            + "over the time for each step of a batch in which all have the length T; 1.00 is time in proportion to the real steps.");
        page.Line();
        page.Columns("cell", "T × N × C × H", "real steps", "lengths, ms", "padded, ms", "padded over lengths", "per step");
        foreach (string cell in cells)
        {
            foreach (LayerSize size in sizes)
                Compare(page, cell, size, rounds);
        }

        page.Line();
        page.Line("## Very long sequences");
        page.Line();
        page.Line("Training in milliseconds and the memory of a step in MiB, x and the gradients of x and output included; `Recompute` keeps the outputs and some states and computes the rest again.");
        page.Line();
        page.Columns("cell", "T × N × C × H", "all kept, ms", "MiB", "recompute, ms", "MiB", "time", "memory");
        foreach (string cell in cells)
        {
            foreach (LayerSize size in long_)
                Recompute(page, cell, size, Math.Min(rounds, 3));
        }

        if (write)
            page.Save("sequences.md");
    }

    private static void Compare(Results page, string cell, LayerSize size, int rounds)
    {
        var random = new Random(7);
        int[] lengths = [.. Enumerable.Range(0, size.N).Select(_ => random.Next(1, size.T + 1))];
        var layer = new TrainedLayer(cell, size, recompute: false);
        Action ragged = () => layer.Step(lengths), padded = () => layer.Step(null);
        Timing.WarmUp(ragged);
        Timing.WarmUp(padded);
        var times = new List<(double Ragged, double Padded)>();
        for (int round = 0; round < rounds; round++)
            times.Add((Timing.Measure(ragged, 0.3).Median, Timing.Measure(padded, 0.3).Median));
        double share = lengths.Sum() / ((double)size.T * size.N);
        page.Row(
            cell, $"{size}", $"{share:P0}", Results.Three(Statistics.Median(times.Select(t => t.Ragged))), Results.Three(Statistics.Median(times.Select(t => t.Padded))),
            Results.Ratio(Statistics.Median(times.Select(t => t.Padded / t.Ragged))), Results.Ratio(Statistics.Median(times.Select(t => t.Ragged / t.Padded / share))));
    }

    private static void Recompute(Results page, string cell, LayerSize size, int rounds)
    {
        var all = new TrainedLayer(cell, size, recompute: false);
        var again = new TrainedLayer(cell, size, recompute: true);
        var times = new List<(double All, double Again)>();
        for (int round = 0; round < rounds; round++)
            times.Add((Timing.Measure(() => all.Step(null), 0.3).Median, Timing.Measure(() => again.Step(null), 0.3).Median));
        page.Row(
            cell, $"{size}", Results.Three(Statistics.Median(times.Select(t => t.All))), Results.Three(all.Mebibytes), Results.Three(Statistics.Median(times.Select(t => t.Again))),
            Results.Three(again.Mebibytes), Results.Ratio(Statistics.Median(times.Select(t => t.Again / t.All))), Results.Ratio(again.Mebibytes / all.Mebibytes));
    }

    /// <summary>A layer's training, forward and backward to x and weights.</summary>
    private sealed class TrainedLayer
    {
        private readonly ParameterSet _parameters = new();
        private readonly Tape _tape = new(1);
        private readonly Recurrent _layer;
        private readonly Tensor _x;
        private readonly Tensor[] _outputs = new Tensor[1], _gradients;

        public TrainedLayer(string cell, LayerSize size, bool recompute)
        {
            _layer = new Recurrent(_parameters, "layer", Cell.Named(cell), size.C, size.H) { Recompute = recompute };
            _parameters.Allocate(1);
            _x = Noise(new Shape(size.T, size.N, size.C));
            _gradients = [Noise(new Shape(size.T, size.N, size.H))];
        }

        /// <summary>The memory of the last step.</summary>
        public double Mebibytes { get; private set; }

        public void Step(int[]? lengths)
        {
            _parameters.ZeroGradients();
            Tensor x = _tape.Watch(_x);
            _outputs[0] = lengths is null ? _layer.Forward(_tape, x).Output : _layer.Forward(_tape, x, lengths).Output;
            _tape.Backward(_outputs, _gradients);
            Mebibytes = (_tape.ArenaInUse + _x.Shape.Length + _gradients[0].Shape.Length) * 4.0 / (1 << 20);
            _tape.Reset();
        }

        private static Tensor Noise(Shape shape)
        {
            var random = new Random(1);
            var values = new float[shape.Length];
            for (int i = 0; i < values.Length; i++)
                values[i] = random.NextSingle() - 0.5f;
            return Tensor.From(values, shape);
        }
    }
}
