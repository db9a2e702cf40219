namespace Unfold.Training;

/// <summary>
/// The same training with several seeds: how much of a result is chance. Keeps the model of the best run; what the training is worth is the mean of all
/// runs and their deviation, since the best was chosen by the very numbers that it is judged by.
/// </summary>
/// <typeparam name="TModel">What a run makes.</typeparam>
public sealed class SeedStudy<TModel>
{
    private SeedStudy(TModel best, TrainingReport report)
    {
        Best = best;
        Report = report;
    }

    /// <summary>The model of the run with the best value of the watched metric; of equal ones, the first.</summary>
    public TModel Best { get; }

    /// <summary>The best run's report, with the reports of all in <see cref="TrainingReport.Runs"/> and their means in <see cref="TrainingReport.Summary"/>.</summary>
    public TrainingReport Report { get; }

    /// <summary>Trains with the seeds <paramref name="firstSeed"/>, <paramref name="firstSeed"/> + 1, …, one run after the other.</summary>
    /// <param name="firstSeed">The first seed.</param>
    /// <param name="count">How many; 1 or more.</param>
    /// <param name="train">Trains with a seed, and gives the model and what training did.</param>
    /// <param name="watched">
    /// The final metric that the best run is chosen by; <c>validation_loss</c> by default. Where a report has no such metric, the last epoch's training loss.
    /// </param>
    /// <param name="maximize">Whether more of it is better; false by default.</param>
    /// <param name="ended">Told of each run's report as it ends.</param>
    /// <returns>The best model, and all reports.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The number of seeds is below 1, or the last of them is beyond 2^64 - 1.</exception>
    public static SeedStudy<TModel> Run(
        ulong firstSeed,
        int count,
        Func<ulong, (TModel Model, TrainingReport Report)> train,
        string watched = "validation_loss",
        bool maximize = false,
        Action<TrainingReport>? ended = null)
    {
        ArgumentNullException.ThrowIfNull(train);
        if (count < 1 || firstSeed > ulong.MaxValue - (ulong)(count - 1))
            throw new ArgumentOutOfRangeException(nameof(count), $"SeedStudy expects 1 seed or more, from {firstSeed} to at most 2^64 - 1, but got {count}.");
        List<TrainingReport> reports = [];
        TModel? model = default;
        TrainingReport? best = null;
        for (int i = 0; i < count; i++)
        {
            (TModel made, TrainingReport report) = train(firstSeed + (ulong)i);
            reports.Add(report);
            if (best is null || IsBetter(report, best, watched, maximize))
                (model, best) = (made, report);
            ended?.Invoke(report);
        }

        return new SeedStudy<TModel>(model!, best! with { Runs = reports });
    }

    private static bool IsBetter(TrainingReport report, TrainingReport best, string watched, bool maximize)
    {
        (string metric, double sign) = report.Final.ContainsKey(watched) && best.Final.ContainsKey(watched) ? (watched, maximize ? -1 : 1) : ("train_loss", 1);
        double value = sign * report.Final.GetValueOrDefault(metric, double.NaN), than = sign * best.Final.GetValueOrDefault(metric, double.NaN);
        return value < than || (double.IsNaN(than) && !double.IsNaN(value));
    }
}
