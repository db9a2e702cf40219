using System.CommandLine;
using Unfold.Cli.Shell;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold train forecast FILE.csv</c>: a network that forecasts series.</summary>
internal static class TrainForecastCommand
{
    public static Command Build()
    {
        Argument<string> data = Arguments.File("FILE", "A CSV file: a line of names, then a line for each step; a column of times, and one or more variables");
        var command = new Command("forecast", "Train a network that forecasts series") { data };
        var series = new SeriesChoice(command);
        var options = new ForecastOptions(command);
        var baseline = new Option<bool>("--baseline") { Description = "Also show how good persistence, seasonal naive and a linear layer are over the same windows" };
        Option<int?> period = Values.OptionalWhole("--period", "The steps of a season, for --baseline [default: by the times, as 24 of hours, 7 of days, 12 of months]", 1, 1_000_000);
        Option<string?> plot = Values.Path("--plot", "Draw the last forecasts beside the truth into this SVG file");
        foreach (Option option in new Option[] { baseline, period, plot })
        {
            command.Add(option);
        }

        var files = new RunFileOptions(command);

        command.SetAction(parsed =>
        {
            var run = new ForecastRun
            {
                Load = () => series.Load(parsed, parsed.GetRequiredValue(data)),
                Baseline = parsed.GetValue(baseline) || parsed.GetValue(period) is not null,
                Period = parsed.GetValue(period),
                Plot = parsed.GetValue(plot),
                Files = files.Apply(parsed, options.Seeds(parsed)),
            };
            return run.Execute(standard => options.Apply(parsed, standard));
        });
        return command;
    }
}
