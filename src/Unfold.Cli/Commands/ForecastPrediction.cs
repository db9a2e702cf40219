using System.CommandLine;
using System.Globalization;
using Unfold.Cli.Shell;
using Unfold.Data.Forecasting;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold predict</c> and <c>unfold evaluate</c> for forecasters.</summary>
internal static class ForecastPrediction
{
    private const string StandardInput = "-";
    private static readonly char[] Separators = [' ', '\t', ',', ';'];

    /// <summary>Prints what follows each file, step by step; of standard input, where a line is a step, what follows each line.</summary>
    public static int Predict(Forecaster model, string[] files, ParseResult parsed, SeriesChoice choice)
    {
        foreach (string file in files)
        {
            if (file == StandardInput)
            {
                PredictInput(model);
                continue;
            }

            TimeSeries series = choice.Load(parsed, file, model.Variables);
            Forecast forecast = model.Predict(series.Values);
            Console.Out.WriteLine(string.Join(',', ["step", .. Heads(model)]));
            for (int h = 0; h < forecast.Steps; h++)
            {
                DateTime? time = series.TimeAfter(h + 1);
                Console.Out.WriteLine($"{(time is null ? $"+{h + 1}" : time.Value.ToString(time.Value.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss"))},{Row(model, forecast, h)}");
            }
        }

        return ExitCode.Done;
    }

    /// <summary>Prints how good forecasts of a whole file are.</summary>
    public static int Evaluate(Forecaster model, TimeSeries series)
    {
        using var interrupt = new Interrupt();
        ForecastEvaluation found = model.Evaluate(series, progress: null, interrupt.Token);
        Console.Out.WriteLine($"{Say.Count(found.Windows)} windows of {model.Options.Horizon} steps, in deviations of the training part:");
        ForecastRun.Print([found], model.Variables);
        return ExitCode.Done;
    }

    private static void PredictInput(Forecaster model)
    {
        int width = model.Variables.Count, number = 0;
        List<float> history = [];
        Console.Out.WriteLine(string.Join(',', ["after", "step", .. Heads(model)]));
        while (Console.In.ReadLine() is string line)
        {
            number++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            history.AddRange(Step(model, line, number));
            if (history.Count > model.Options.LookBack * width)
            {
                history.RemoveRange(0, width);
            }

            if (history.Count < model.Options.LookBack * width)
            {
                continue;
            }

            Forecast forecast = model.Predict(history.ToArray());
            for (int h = 0; h < forecast.Steps; h++)
            {
                Console.Out.WriteLine($"{number},+{h + 1},{Row(model, forecast, h)}");
            }

            Console.Out.Flush();
        }

        if (history.Count < model.Options.LookBack * width)
        {
            throw new FailureException($"standard input has {history.Count / width} steps, but a forecast looks back on {model.Options.LookBack}");
        }
    }

    private static IEnumerable<string> Heads(Forecaster model) => model.Variables.SelectMany(name =>
        model.Options.Quantiles.Count == 0 ? [name] : model.Options.Quantiles.Select(quantile => $"{name} {quantile.ToString(CultureInfo.InvariantCulture)}"));

    private static string Row(Forecaster model, Forecast forecast, int step)
    {
        int width = model.Variables.Count, each = Math.Max(1, forecast.Quantiles.Count);
        float[] values = forecast.Quantiles.Count == 0 ? forecast.Points : forecast.Values;
        return string.Join(',', Enumerable.Range(step * width * each, width * each).Select(i => values[i].ToString("G6", CultureInfo.InvariantCulture)));
    }

    private static float[] Step(Forecaster model, string line, int number)
    {
        string[] cells = line.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        float[] values = new float[cells.Length];
        for (int i = 0; i < cells.Length; i++)
        {
            if (!float.TryParse(cells[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]) || !float.IsFinite(values[i]))
            {
                throw new FailureException($"standard input, line {number}: '{cells[i]}' is no number");
            }
        }

        return values.Length == model.Variables.Count
            ? values
            : throw new FailureException($"standard input, line {number}: a step of {model.Variables.Count} numbers was expected ({string.Join(", ", model.Variables)}), but got {values.Length}");
    }
}
