using Unfold.Cli.Shell;
using Unfold.Data.Forecasting;
using Unfold.Models;
using Unfold.Training;

namespace Unfold.Cli.Commands;

/// <summary>One training run on a series, from its file to the table of errors.</summary>
internal sealed class ForecastRun
{
    private const int MostVariablesShown = 20;

    public required Func<TimeSeries> Load { get; init; }

    public required bool Baseline { get; init; }

    public int? Period { get; init; }

    public string? Plot { get; init; }

    public required RunFiles Files { get; init; }

    /// <param name="choose">Applies the command's options to those of the library or of the checkpoint.</param>
    public int Execute(Func<ForecasterOptions, ForecasterOptions> choose)
    {
        Files.Require();
        Outputs.Require("--plot", Plot);
        ForecasterOptions options = Files.Options(() => new ForecasterOptions(), Forecaster.ReadCheckpointOptions, choose);
        TimeSeries series = Load();
        Console.Out.WriteLine($"series: {series}{(series.Times is null ? "" : $", {Day(series.Times[0])} to {Day(series.Times[^1])}")}");
        using var interrupt = new Interrupt();
        IReadOnlyList<ForecastEvaluation> baselines = Baseline ? Forecaster.Baselines(series, options, Period, interrupt.Token) : [];
        SeedStudy<Forecaster> study = Files.Train(
            options, (chosen, view) => Forecaster.Train(series, chosen, view, interrupt.Token), model => model.Report, options.ValidationPart > 0 ? "validation_loss" : "train_loss");
        Finish(study.Best, series, baselines);
        Dictionary<string, double> final = new(study.Report.Final);
        foreach (ForecastEvaluation baseline in baselines)
        {
            final[$"{baseline.Name.Split('(')[0].TrimEnd().Replace(' ', '_')}_mse"] = baseline.SquaredError;
        }

        Files.Write(study.Report with { Final = final });
        return ExitCode.Done;
    }

    /// <summary>Prints errors side by side, for each variable too where there are not too many.</summary>
    public static void Print(IReadOnlyList<ForecastEvaluation> found, IReadOnlyList<string> variables)
    {
        int name = Math.Max(10, found.Max(each => each.Name.Length));
        Console.Out.WriteLine($"{"".PadRight(name)}       MSE       MAE   as measured: RMSE       MAE");
        foreach (ForecastEvaluation each in found)
        {
            string measured = variables.Count == 1 ? $"{Say.Number(each.RootSquaredErrors[0]),19}{Say.Number(each.AbsoluteErrors[0]),10}" : "";
            Console.Out.WriteLine($"{each.Name.PadRight(name)}{each.SquaredError,10:F4}{each.AbsoluteError,10:F4}{measured}");
        }

        for (int c = 0; c < variables.Count && variables.Count is > 1 and <= MostVariablesShown; c++)
        {
            Console.Out.WriteLine($"{$"  {variables[c]}".PadRight(name)}{"",20}{Say.Number(found[0].RootSquaredErrors[c]),19}{Say.Number(found[0].AbsoluteErrors[c]),10}");
        }

        if (found[0].Pinball is double pinball)
        {
            Console.Out.WriteLine($"pinball loss {pinball:F4}; share of the truth below each quantile: {string.Join(", ", found[0].Below.Select(share => $"{share:P1}"))}");
        }
    }

    private static string Day(DateTime time) => time.ToString("yyyy-MM-dd");

    private void Finish(Forecaster model, TimeSeries series, IReadOnlyList<ForecastEvaluation> baselines)
    {
        Files.Keep(model.Save);
        Console.Out.WriteLine($"{Say.Count(model.ParameterCount)} parameters; {Files.SavedAfter(model.Report)}");
        ForecastEvaluation[] all = [.. model.Measured is ForecastEvaluation measured ? [measured] : Array.Empty<ForecastEvaluation>(), .. baselines];
        if (all.Length > 0)
        {
            Console.Out.WriteLine($"{(model.Measured is null ? "" : "test, ")}{Say.Count(all[0].Windows)} windows of {model.Options.Horizon} steps:");
            Print(all, model.Variables);
        }

        if (Plot is not null)
        {
            model.SavePicture(series, Plot);
            Console.Out.WriteLine($"drawn: {Plot}");
        }
    }
}
