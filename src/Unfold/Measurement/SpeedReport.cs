using System.Text;
using Unfold.Cells;
using Unfold.Formats;

namespace Unfold.Measurement;

/// <summary>The speed of one layer.</summary>
/// <param name="Cell">The cell's name.</param>
/// <param name="Pass">What a run does.</param>
/// <param name="Size">The sizes.</param>
/// <param name="Time">How long a run takes.</param>
/// <param name="GigaFlops">Billions of operations a second in the cell's weight matrices.</param>
/// <param name="ShareOfLimit">The same as a part of <see cref="Machine.Limit"/>.</param>
/// <param name="BytesAllocated">Managed bytes that a run allocates after the first.</param>
public sealed record SpeedRow(string Cell, LayerPass Pass, LayerSize Size, Timing Time, double GigaFlops, double ShareOfLimit, long BytesAllocated);

/// <summary>How fast recurrent layers run on a machine, and what part of its limit that is.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Rows">Each layer, in the order in which they were measured.</param>
public sealed record SpeedReport(Machine Machine, IReadOnlyList<SpeedRow> Rows)
{
    /// <summary>
    /// Measures, for each cell, training and inference at the given sizes, inference of one sequence alone, and one step of streaming of one
    /// sequence. The last two read every weight for two operations, so that memory and not arithmetic is their limit.
    /// </summary>
    /// <param name="machine">What <see cref="Machine.Measure"/> gave with the same number of threads.</param>
    /// <param name="options">The cells and sizes; null for the default ones, which take about twenty seconds.</param>
    /// <param name="progress">Told each row as soon as it is known.</param>
    /// <param name="cancellation">Ends the work between two layers.</param>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public static SpeedReport Measure(
        Machine machine, SpeedOptions? options = null, IProgress<SpeedRow>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(machine);
        options ??= new SpeedOptions();
        var rows = new List<SpeedRow>();
        LayerSize one = options.Size with { N = 1 };
        foreach (Cell cell in options.Cells)
        {
            foreach ((LayerPass pass, LayerSize size) in new[]
                { (LayerPass.Train, options.Size), (LayerPass.Infer, options.Size), (LayerPass.Infer, one), (LayerPass.Step, one) }.Distinct())
            {
                cancellation.ThrowIfCancellationRequested();
                SpeedRow row = MeasureRow(machine, cell, pass, size, options.Seconds);
                rows.Add(row);
                progress?.Report(row);
            }
        }

        return new SpeedReport(machine, rows);
    }

    /// <summary>This report as JSON: <c>processor, processors, vector_bits, threads, limit_gflops</c> and <c>layers</c>; times in milliseconds.</summary>
    public string ToJson() => SpeedReportJson.Write(this);

    /// <summary>Writes this report to a file as JSON, under its final name only when it is complete.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, "the report", stream => stream.Write(Encoding.UTF8.GetBytes(ToJson() + "\n")));

    private static SpeedRow MeasureRow(Machine machine, Cell cell, LayerPass pass, LayerSize size, double seconds)
    {
        var layer = new LayerRun(cell, size, pass);
        Timing.WarmUp(layer.Run, Math.Min(seconds, 0.4));
        Timing time = Timing.Measure(layer.Run, seconds);
        double gigaFlops = layer.GigaFlops(time);
        return new SpeedRow(cell.Name, pass, layer.Size, time, gigaFlops, gigaFlops / machine.Limit, layer.MeasureAllocation(runs: 3));
    }
}
