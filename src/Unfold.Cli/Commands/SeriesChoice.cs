using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Data.Forecasting;

namespace Unfold.Cli.Commands;

/// <summary>The options that say how a file of series is read: <c>--time-column</c> and <c>--variables</c>.</summary>
internal sealed class SeriesChoice
{
    private readonly Option<string?> _time = new("--time-column") { Description = "Of a forecaster's CSV file: the column of times, a name or a number from 1 [default: the first, where it holds dates]", HelpName = "COLUMN" };
    private readonly Option<string?> _variables = new("--variables") { Description = "Of a forecaster's CSV file: the columns to read, separated by commas [default: all others]", HelpName = "LIST" };

    public SeriesChoice(Command command)
    {
        command.Add(_time);
        command.Add(_variables);
    }

    /// <summary>Reads the series, of the given variables where the command names none, and says what was handled.</summary>
    public TimeSeries Load(ParseResult parsed, string path, IReadOnlyList<string>? variables = null)
    {
        Inputs.RequireFile(path);
        string[]? chosen = parsed.GetValue(_variables)?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        TimeSeries series = TimeSeries.Load(path, parsed.GetValue(_time), chosen ?? variables);
        foreach (string note in series.Notes)
        {
            Console.Error.WriteLine($"{path}: {note}");
        }

        return series;
    }
}
