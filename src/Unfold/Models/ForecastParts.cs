using Unfold.Data.Forecasting;

namespace Unfold.Models;

/// <summary>Where the parts of a series end: training first, then validation, then test. A forecast belongs to the part in which all its steps are; it may look back on the parts before.</summary>
internal sealed record ForecastParts(int TrainingEnd, int ValidationEnd, int TestEnd)
{
    /// <summary>Divides a series.</summary>
    /// <exception cref="InputException">There are not enough steps.</exception>
    /// <exception cref="OptionException">The parts are together more than the series.</exception>
    internal static ForecastParts Of(TimeSeries series, ForecasterOptions options)
    {
        double steps = series.Steps;
        double training = Steps(options.TrainingPart), validation = Steps(options.ValidationPart), test = Steps(options.TestPart);
        if (training + validation + test > steps + 1e-6)
        {
            throw new OptionException(nameof(options.TrainingPart),
                $"The parts of the series are together {training + validation + test:0} steps, but it has {steps}: make them smaller.");
        }

        ForecastParts parts = new((int)Math.Round(training), (int)Math.Round(training + validation), (int)Math.Round(training + validation + test));
        int needed = options.LookBack + options.Horizon;
        if (parts.TrainingEnd < needed)
        {
            throw new InputException($"The series is too short: its training part has {parts.TrainingEnd} of {series.Steps} steps, and a window of {options.LookBack} to look back on and "
                + $"{options.Horizon} to forecast needs {needed}. Give a longer series, or a smaller look-back or horizon.");
        }

        if ((options.ValidationPart > 0 && parts.ValidationEnd - parts.TrainingEnd < options.Horizon) || (options.TestPart > 0 && parts.TestEnd - parts.ValidationEnd < options.Horizon))
        {
            throw new InputException($"The series is too short: of its {series.Steps} steps {parts.ValidationEnd - parts.TrainingEnd} are for validation and {parts.TestEnd - parts.ValidationEnd} to test on, "
                + $"and a forecast has {options.Horizon}. Give a longer series, a smaller horizon, or 0 for a part that is not needed.");
        }

        return parts;

        double Steps(double part) => part <= 1 ? part * steps : part;
    }

    /// <summary>The first steps of all windows of a part.</summary>
    internal static int[] Starts(int begin, int end, ForecasterOptions options)
    {
        int first = Math.Max(begin, options.LookBack);
        return [.. Enumerable.Range(first, Math.Max(0, end - options.Horizon - first + 1))];
    }
}
