using System.Text.Json;
using Unfold.Cells;
using Unfold.Measurement;

namespace Unfold.Tests.Measurement;

/// <summary>What is measured and how it is told; never how fast.</summary>
public sealed class SpeedReportTests
{
    private static readonly Machine Sixteen = new("a processor", Processors: 4, VectorBits: 256, Threads: 2, Limit: 16);

    private static readonly SpeedOptions Small = new() { Cells = [Cell.Named("rnn"), Cell.Named("mut1")], Size = new LayerSize(3, 2, 4, 4), Seconds = 0 };

    [Fact]
    public void EveryCellIsMeasuredInEveryPassAndToldAtOnce()
    {
        var told = new Progress();
        SpeedReport report = SpeedReport.Measure(Sixteen, Small, told);
        string[] passes = ["Train 3 × 2 × 4 × 4", "Infer 3 × 2 × 4 × 4", "Infer 3 × 1 × 4 × 4", "Step 1 × 1 × 4 × 4"];
        Assert.Equal(
            from cell in new[] { "rnn", "mut1" } from pass in passes select $"{cell} {pass}",
            report.Rows.Select(row => $"{row.Cell} {row.Pass} {row.Size}"));
        Assert.Equal(report.Rows, told.Rows);
        Assert.All(report.Rows, row =>
        {
            Assert.True(row.Time.Least <= row.Time.Median && row.Time.Median <= row.Time.Most);
            Assert.Equal(row.GigaFlops / 16, row.ShareOfLimit);
        });
    }

    [Fact]
    public void ARowIsNotMeasuredTwice()
    {
        SpeedReport report = SpeedReport.Measure(Sixteen, Small with { Size = new LayerSize(3, 1, 4, 4) });
        Assert.Equal(2 * 3, report.Rows.Count);
    }

    [Fact]
    public void JsonHoldsEveryRow()
    {
        var row = new SpeedRow("lstm", LayerPass.Train, new LayerSize(5, 6, 7, 8), new Timing(2, 1, 4), 8, 0.5, 96);
        using JsonDocument json = JsonDocument.Parse(new SpeedReport(Sixteen, [row]).ToJson());
        Assert.Equal("a processor", json.RootElement.GetProperty("processor").GetString());
        Assert.Equal(16, json.RootElement.GetProperty("limit_gflops").GetDouble());
        JsonElement layer = Assert.Single(json.RootElement.GetProperty("layers").EnumerateArray().ToArray());
        Assert.Equal(
            "cell=lstm pass=train t=5 n=6 c=7 h=8 milliseconds=2 least_milliseconds=1 most_milliseconds=4 gflops=8 share_of_limit=0.5 bytes_allocated=96",
            string.Join(' ', layer.EnumerateObject().Select(field => $"{field.Name}={field.Value}")));
    }

    [Fact]
    public void CancellingEndsTheWork()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => SpeedReport.Measure(Sixteen, Small, cancellation: source.Token));
    }

    [Fact]
    public void TheMachineIsNamedWithItsLimit()
    {
        var machine = Machine.Measure();
        Assert.NotEmpty(machine.Processor);
        Assert.Contains(machine.VectorBits, new[] { 128, 256, 512 });
        Assert.Equal(Threads.Count, machine.Threads);
        Assert.True(machine.Limit > 0);
        Assert.StartsWith("a processor, 4 processors; 2 threads; ", Sixteen.ToString());
        Assert.EndsWith("vectors of 256 bits; limit 16 GFLOP/s", Sixteen.ToString());
    }

    private sealed class Progress : IProgress<SpeedRow>
    {
        public List<SpeedRow> Rows { get; } = [];

        public void Report(SpeedRow value) => Rows.Add(value);
    }
}
