using System.Globalization;
using Unfold.Bench.Reporting;
using Unfold.Cells;
using Unfold.Cells.Execution;
using Unfold.Measurement;

namespace Unfold.Bench.Layers;

/// <summary>One layer: its time, and where that goes.</summary>
internal sealed class RooflineRow
{
    private readonly LayerRun _layer;
    private readonly string _cell;
    private readonly LayerPass _pass;
    private readonly double _products;
    private readonly List<Timing> _plain = [];
    private readonly List<CountedRun> _counted = [];

    public RooflineRow(Cell cell, LayerSize size, LayerPass pass)
    {
        (_cell, _pass) = (cell.Name, pass);
        _layer = new LayerRun(cell, size, pass);

        // Training does the forward products, as many for the gradients of what they multiply, and the rest for the weights'.
        _products = pass == LayerPass.Train ? 2 * new LayerRun(cell, size, LayerPass.Infer).Operations : _layer.Operations;
    }

    /// <summary>One round.</summary>
    public void Measure(double seconds)
    {
        if (_plain.Count == 0)
            Timing.WarmUp(_layer.Run);
        _plain.Add(Timing.Measure(_layer.Run, seconds));
        _counted.AddRange(CountedRun.Repeat(_layer.Run, seconds));
    }

    /// <summary>The columns of the table, after at least one round.</summary>
    public string[] Columns(Machine machine)
    {
        _counted.Sort((a, b) => a.Seconds.CompareTo(b.Seconds));
        List<CountedRun> middle = _counted.GetRange(_counted.Count / 4, (_counted.Count + 1) / 2);
        Timing time = Timing.Of(_plain);
        double run = time.Median / 1e3, limit = machine.Limit * 1e9, least = _layer.Operations / limit;

        double products = Share(Activity.Products), elementwise = Share(Activity.Elementwise), packing = Share(Activity.Packing), meetings = Share(Activity.Waiting);
        double gradients = Share(Activity.WeightGradients);
        double rest = Math.Max(0, 1 - products - gradients - elementwise - packing - meetings);
        double unitSteps = (double)_layer.Size.T * _layer.Size.N * _layer.Size.H;
        return
        [
            _cell, _pass == LayerPass.Train ? "train" : "infer", _layer.Size.ToString(), Results.Span(time), Results.Ratio(_counted[_counted.Count / 2].Seconds / run),
            Results.Three(least * 1e3), Percent(least / run),
            Percent(products), Percent(gradients), Percent(elementwise), Percent(packing), Percent(meetings), Percent(rest),
            Percent(_products / limit / (products * run)), Percent((_layer.Operations - _products) / limit / (gradients * run)),
            Results.Three(elementwise * run * machine.Threads * 1e9 / unitSteps),
        ];

        double Share(Activity activity) => middle.Sum(counts => counts.Profile.Seconds(activity)) / (machine.Threads * middle.Sum(counts => counts.Seconds));
    }

    private static string Percent(double part) => double.IsFinite(part) ? part.ToString("P0", CultureInfo.InvariantCulture) : "-";
}
