using System.CommandLine;
using Unfold.Cells;
using Unfold.Cli.Shell;
using Unfold.Cli.Terminal;
using Unfold.Measurement;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold bench</c>: how fast recurrent layers run on this machine, beside its own limit.</summary>
internal static class BenchCommand
{
    public static Command Build()
    {
        var standard = new SpeedOptions();
        var command = new Command("bench", "How fast layers train and infer on this machine, and what part of its limit that is");
        var cell = new Option<string?>("--cell") { Description = "A cell of the library, or a file of equations [default: lstm, gru and rnn]", HelpName = "NAME|FILE" };
        Option<Dictionary<string, double>> lets = Values.Lets();
        Option<int> hidden = Values.Whole("--hidden", "Hidden units, H", 1, 65536, standard.Size.H);
        Option<int> input = Values.Whole("--input", "Input features, C", 1, 65536, standard.Size.C);
        Option<int> batch = Values.Whole("--batch", "Sequences side by side, N", 1, 65536, standard.Size.N);
        Option<int> steps = Values.Whole("--steps", "Steps of a sequence, T", 1, 1_000_000, standard.Size.T);
        Option<int?> threads = Values.OptionalWhole("--threads", "How many threads to use [default: one a processor]", 1, 1024);
        Option<double> seconds = Values.Number("--seconds", "For how long each layer is timed", 0, 3600, standard.Seconds);
        Option<string?> report = Values.Path("--report", "Write the figures as JSON to this file");
        foreach (Option option in new Option[] { cell, lets, hidden, input, batch, steps, threads, seconds, report })
        {
            command.Add(option);
        }

        command.SetAction(parsed =>
        {
            string? reportPath = parsed.GetValue(report);
            Outputs.Require("--report", reportPath);
            var options = standard with
            {
                Size = new LayerSize(parsed.GetValue(steps), parsed.GetValue(batch), parsed.GetValue(input), parsed.GetValue(hidden)),
                Seconds = parsed.GetValue(seconds),
            };
            if (parsed.GetValue(cell) is string name)
            {
                options = options with { Cells = [Cell.Load(name, parsed.GetValue(lets))] };
            }
            else if (parsed.GetValue(lets) is { Count: > 0 })
            {
                throw new MistakeException("--let sets a constant of one cell: --cell says which");
            }

            if (parsed.GetValue(threads) is int count)
            {
                Threads.Count = count;
            }

            using var interrupt = new Interrupt();
            Machine machine = Machine.Measure();
            SpeedReport found = SpeedView.Show(machine, view => SpeedReport.Measure(machine, options, view, interrupt.Token));
            if (reportPath is not null)
            {
                found.Save(reportPath);
            }

            return ExitCode.Done;
        });
        return command;
    }
}
