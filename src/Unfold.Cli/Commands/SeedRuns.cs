using Unfold.Cli.Shell;
using Unfold.Metrics;
using Unfold.Training;

namespace Unfold.Cli.Commands;

/// <summary><c>--seeds</c>: the same training several times, and what is chance in its results.</summary>
internal static class SeedRuns
{
    /// <summary>Trains once, or with several seeds; then each run is told as it ends, and at the end the mean and the deviation of each metric.</summary>
    public static SeedStudy<TModel> Run<TModel>(
        TrainingOptions options,
        int seeds,
        Func<TrainingOptions, (TModel Model, TrainingReport Report)> train,
        string watched = "validation_loss",
        bool maximize = false)
    {
        SeedStudy<TModel> study = SeedStudy<TModel>.Run(
            options.Seed, seeds, seed => train(options with { Seed = seed, GradientNorms = OfSeed(options.GradientNorms, seeds, seed) }), watched, maximize, report =>
            {
                if (seeds > 1)
                {
                    Console.Out.WriteLine($"seed {report.Seed}: " + string.Join(", ", report.Final.Select(metric => $"{Words(metric.Key)} {Say.Number(metric.Value)}")));
                }
            });
        if (seeds > 1)
        {
            Console.Out.WriteLine($"{seeds} seeds, mean ± deviation:");
            foreach (MetricSummary metric in study.Report.Summary)
            {
                Console.Out.WriteLine($"  {Words(metric.Name)} {Say.Number(metric.Mean)} ± {Say.Number(metric.Deviation)}");
            }

            Console.Out.WriteLine($"the best, of seed {study.Report.Seed}, is kept");
        }

        return study;
    }

    /// <summary>Each run's file of its own: norms.csv becomes norms.seed3.csv.</summary>
    private static string? OfSeed(string? path, int seeds, ulong seed) =>
        path is null || seeds == 1 ? path : Path.ChangeExtension(path, $".seed{seed}{Path.GetExtension(path)}");

    private static string Words(string metric) => metric.Replace('_', ' ');
}
