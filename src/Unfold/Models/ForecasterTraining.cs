using Unfold.Baselines;
using Unfold.Data.Forecasting;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>From a series to a trained forecaster.</summary>
internal static class ForecasterTraining
{
    /// <summary>Trains a model, then measures it on the part to test on.</summary>
    internal static Forecaster Run(TimeSeries series, ForecasterOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        options.Check();
        ForecastParts parts = ForecastParts.Of(series, options);
        ForecastScale scale = ForecastScale.Of(series, parts.TrainingEnd);
        ForecastNetwork network = new(options, series.Width);
        network.Parameters.Allocate(options.Seed);
        TrainingReport report = new() { Task = ForecasterFile.Task, Seed = options.Seed, Parameters = network.Parameters.Count };
        ForecasterFile description = new(options, series.Names, scale, report);
        ForecastWindows windows = new(scale.Normalize(series.Values), network);
        Trainer trainer = new(new ForecasterTask(network, description, windows, parts, series.Fingerprint()), options, progress);
        report = trainer.RunEpochs(cancellationToken);
        Dictionary<string, double> final = new(report.Final);
        ForecastEvaluation? found = null;
        if (options.TestPart > 0)
        {
            found = new ForecastScorer(network, scale).Evaluate(windows, ForecastParts.Starts(parts.ValidationEnd, parts.TestEnd, options), trainer.ReportMeasured, cancellationToken);
            final["test_mse"] = found.SquaredError;
            final["test_mae"] = found.AbsoluteError;
            if (series.Width == 1)
                final["test_rmse_as_measured"] = found.RootSquaredErrors[0];
            if (found.Pinball is double pinball)
                final["test_pinball"] = pinball;
        }

        return new Forecaster(description with { Report = trainer.Finish(report with { Final = final }) }, network) { Measured = found };
    }

    /// <summary>The forecasts that need no network, over the same windows.</summary>
    internal static IReadOnlyList<ForecastEvaluation> Baselines(TimeSeries series, ForecasterOptions options, int? period, CancellationToken cancellationToken)
    {
        options.Check();
        ForecastParts parts = ForecastParts.Of(series, options);
        ForecastScale scale = ForecastScale.Of(series, parts.TrainingEnd);
        float[] values = scale.Normalize(series.Values);
        int[] starts = options.TestPart > 0
            ? ForecastParts.Starts(parts.ValidationEnd, parts.TestEnd, options)
            : ForecastParts.Starts(parts.TrainingEnd, parts.ValidationEnd, options);
        List<SeriesForecaster> all = [new Persistence()];
        if ((period ?? series.UsualPeriod) is int season && starts.Length > 0 && season <= starts[0])
            all.Add(new SeasonalNaive(season));
        all.Add(LinearForecaster.Fit(values.AsSpan(0, parts.TrainingEnd * series.Width), series.Width, options.LookBack, options.Horizon));
        return starts.Length == 0 ? [] : [.. all.Select(Measure)];

        ForecastEvaluation Measure(SeriesForecaster forecaster)
        {
            ForecastMeasure measure = new(scale, values, []);
            float[] forecast = new float[options.Horizon * series.Width];
            foreach (int start in starts)
            {
                cancellationToken.ThrowIfCancellationRequested();
                forecaster.Forecast(values.AsSpan(0, start * series.Width), series.Width, forecast);
                measure.Add(start, forecast);
            }

            return measure.Finish(forecaster is SeasonalNaive ? $"{forecaster.Name} ({forecaster.LookBack})" : forecaster.Name);
        }
    }
}
