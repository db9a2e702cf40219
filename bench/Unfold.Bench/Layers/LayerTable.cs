using System.Diagnostics;
using System.Globalization;
using Unfold.Autodiff;
using Unfold.Bench.Kernels;
using Unfold.Cells;
using Unfold.Kernels.Simd;
using Unfold.Kernels.Threading;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Bench.Layers;

/// <summary>
/// Recurrent layers of some cells at some sizes, inference and training (forward, backward to x and weights), in turn: each round times every case once,
/// and the median of the rounds is printed beside minimum and maximum. Operations are those of the cell's weight matrices alone.
/// </summary>
internal static class LayerTable
{
    private const int Rounds = 7;

    private static readonly (int T, int N, int C, int H)[] Sizes = [(100, 32, 256, 256), (100, 64, 128, 256), (32, 32, 64, 128), (50, 64, 256, 512), (100, 1, 128, 256)];

    public static void Run(string[] cells)
    {
        if (cells.Length == 0)
            cells = ["lstm", "gru", "gru_reset_after", "rnn", "peephole", "mut1", "lstm_layer_norm"];
        double limit = PeakFlops.Measure() / 1e9 * Team.Shared.Size;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{VectorWidth.Bits}-bit vectors, {Team.Shared.Size} threads, limit {limit:F0} GFLOP/s, {DateTime.UtcNow:yyyy-MM-dd}"));
        Console.WriteLine("cell               T    N    C    H  pass   ms (min - max)            GFLOP/s  of limit  of lstm");
        foreach ((int t, int n, int c, int h) in Sizes)
        {
            foreach (bool training in new[] { false, true })
            {
                LayerCase[] cases = [.. cells.Select(cell => new LayerCase(cell, t, n, c, h, training))];
                foreach (LayerCase layer in cases)
                    layer.WarmUp();
                for (int round = 0; round < Rounds; round++)
                {
                    foreach (LayerCase layer in cases)
                        layer.Time();
                }

                double? lstm = cases.FirstOrDefault(layer => layer.Name == "lstm")?.GigaFlops;
                foreach (LayerCase layer in cases)
                {
                    Console.WriteLine(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{layer.Name,-16} {t,3} {n,4} {layer.InputSize,4} {h,4}  {(training ? "train" : "infer")} {layer.Median,8:F2} ({layer.Least:F2} - {layer.Most:F2})"
                        + $"   {layer.GigaFlops,10:F1}  {layer.GigaFlops / limit,8:P0}  {(lstm is double l ? layer.GigaFlops / l : double.NaN),7:F2}"));
                }
            }
        }
    }

    private sealed class LayerCase
    {
        private readonly Recurrent _layer;
        private readonly ParameterSet _parameters = new();
        private readonly Tape _tape = new(1);
        private readonly RecurrentState _start, _end;
        private readonly Tensor _x;
        private readonly Tensor[] _outputs = new Tensor[1], _gradients;
        private readonly bool _training;
        private readonly double _operations;
        private readonly List<double> _milliseconds = [];

        public LayerCase(string name, int t, int n, int c, int h, bool training)
        {
            Name = name;
            Cell cell = Cell.Load(name);
            InputSize = cell.NeedsEqualSizes ? h : c;
            _layer = new Recurrent(_parameters, "layer", cell, InputSize, h);
            _parameters.Allocate(1);
            _training = training;
            _operations = (training ? 3.0 : 1.0) * 2 * t * n * _parameters.All.Where(p => p.Shape.Rank == 2).Sum(p => (double)p.Shape.Length);
            _x = Noise(new Shape(t, n, InputSize));
            _gradients = [Noise(new Shape(t, n, _layer.OutputSize))];
            _start = _layer.InitialState(n);
            _end = _layer.InitialState(n);
            _tape.Recording = training;
        }

        public string Name { get; }

        public int InputSize { get; }

        public double Median => _milliseconds.Order().ElementAt(_milliseconds.Count / 2);

        public double Least => _milliseconds.Min();

        public double Most => _milliseconds.Max();

        public double GigaFlops => _operations / Median / 1e6;

        public void WarmUp()
        {
            long start = Stopwatch.GetTimestamp();
            do
                Step();
            while (Stopwatch.GetElapsedTime(start).TotalSeconds < 0.4);
        }

        public void Time()
        {
            long start = Stopwatch.GetTimestamp();
            int count = 0;
            do
            {
                Step();
                count++;
            }
            while (Stopwatch.GetElapsedTime(start).TotalMilliseconds < 60);
            _milliseconds.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds / count);
        }

        private static Tensor Noise(Shape shape)
        {
            var random = new Random(1);
            var values = new float[shape.Length];
            for (int i = 0; i < values.Length; i++)
                values[i] = random.NextSingle() - 0.5f;
            return Tensor.From(values, shape);
        }

        private void Step()
        {
            _parameters.ZeroGradients();
            _outputs[0] = _layer.Forward(_tape, _training ? _tape.Watch(_x) : _x, _start, _end);
            if (_training)
                _tape.Backward(_outputs, _gradients);
            _tape.Reset();
        }
    }
}
