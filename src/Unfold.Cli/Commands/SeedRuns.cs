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
            options.Seed, seeds, seed => train(options with { Seed = seed, GradientNorms = OfSeed(options.GradientNorms, seeds, seed), TensorBoard = options.TensorBoard is string folder && seeds > 1 ? Path.Combine(folder, $"seed{seed}") : options.TensorBoard }), watched, maximize, report =>
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

    /// <summary>Refuses to resume several runs from the checkpoint of one.</summary>
    public static void RequireOne(string? resume, int seeds)
    {
        if (resume is not null && seeds > 1)
        {
            throw new MistakeException("--resume goes on with one run: leave out --seeds");
        }
    }

    /// <summary>What is said when a run was interrupted.</summary>
    /// <param name="checkpoint">Where its checkpoint is, if it has one.</param>
    /// <param name="seeds">With how many seeds the command trains.</param>
    public static FailureException Interrupted(string? checkpoint, int seeds) => new(checkpoint is null || !File.Exists(checkpoint)
        ? "interrupted"
        : $"interrupted; the checkpoint is saved: the same command{(seeds > 1 ? ", without --seeds and --seed," : "")} with --resume {Say.Quoted(checkpoint)} goes on from here");

    /// <summary>Each run's file of its own: norms.csv becomes norms.seed3.csv.</summary>
    private static string? OfSeed(string? path, int seeds, ulong seed) =>
        path is null || seeds == 1 ? path : Path.ChangeExtension(path, $".seed{seed}{Path.GetExtension(path)}");

    private static string Words(string metric) => metric.Replace('_', ' ');
}
