using System.Text;
using Unfold.Formats;
using Unfold.Metrics;

namespace Unfold.Training;

/// <summary>The losses of one epoch.</summary>
/// <param name="Epoch">Which epoch, from 1.</param>
/// <param name="TrainLoss">The mean training loss over the epoch, while the weights were changing, in nats.</param>
/// <param name="ValidationLoss">The loss on the held-out part at the end of the epoch, in nats; null where nothing was held out.</param>
/// <param name="Seconds">How long the epoch took, validation included; null in a model file, whose bytes do not depend on the clock.</param>
public sealed record EpochReport(int Epoch, double TrainLoss, double? ValidationLoss, double? Seconds)
{
    /// <summary>What else was measured on the held-out part, in the task's order; empty where there is nothing.</summary>
    public IReadOnlyList<Metric> Metrics { get; init; } = [];

    /// <summary>Whether another report says the same.</summary>
    /// <param name="other">The other.</param>
    public bool Equals(EpochReport? other) => other is not null
        && (Epoch, TrainLoss, ValidationLoss, Seconds).Equals((other.Epoch, other.TrainLoss, other.ValidationLoss, other.Seconds))
        && Metrics.SequenceEqual(other.Metrics);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Epoch, TrainLoss, ValidationLoss, Seconds);
}

/// <summary>What a training run did, as <c>--report</c> writes it and as a model file keeps it.</summary>
public sealed record TrainingReport
{
    /// <summary>The task, as in <c>text</c>.</summary>
    public required string Task { get; init; }

    /// <summary>The command that started the run; empty where it was not a command, and in a model file.</summary>
    public string Command { get; init; } = "";

    /// <summary>The seed of every random choice.</summary>
    public ulong Seed { get; init; }

    /// <summary>The number of threads; null in a model file, since results do not depend on it.</summary>
    public int? Threads { get; init; }

    /// <summary>How many numbers were trained.</summary>
    public long Parameters { get; init; }

    /// <summary>Each epoch's losses, in order.</summary>
    public IReadOnlyList<EpochReport> Epochs { get; init; } = [];

    /// <summary>The final metrics by their usual names in snake case: <c>validation_loss</c>, <c>perplexity</c>, <c>bits_per_character</c>, …; losses in nats.</summary>
    public IReadOnlyDictionary<string, double> Final { get; init; } = new Dictionary<string, double>();

    /// <summary>Training items (tokens, images, …) a second, validation not counted; null in a model file.</summary>
    public double? ItemsPerSecond { get; init; }

    /// <summary>How long the run took in all, earlier parts of a resumed run included; null in a model file.</summary>
    public double? Seconds { get; init; }

    /// <summary>The reports of all runs with different seeds, of which this is the best one; empty where there was one run.</summary>
    public IReadOnlyList<TrainingReport> Runs { get; init; } = [];

    /// <summary>Mean and deviation of the runs' final metrics; empty where there was one run.</summary>
    public IReadOnlyList<MetricSummary> Summary => MetricSummary.Of(Runs.Select(run => run.Final));

    /// <summary>This report as JSON.</summary>
    /// <returns>An indented JSON object; numbers that are not finite are null.</returns>
    public string ToJson() => TrainingReportJson.Write(this);

    /// <summary>Writes this report to a file as JSON, under its final name only when it is complete.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public void Save(string path) => AtomicFile.Write(path, "the report", stream => stream.Write(Encoding.UTF8.GetBytes(ToJson() + "\n")));

    /// <summary>The part of this report that the same run always repeats: without times, threads, the command and other runs.</summary>
    internal TrainingReport WithoutCircumstances() => this with
    {
        Command = "",
        Threads = null,
        ItemsPerSecond = null,
        Seconds = null,
        Runs = [],
        Epochs = [.. Epochs.Select(epoch => epoch with { Seconds = null })],
    };
}
