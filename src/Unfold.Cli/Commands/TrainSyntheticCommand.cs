using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold train synthetic</c>: problems made on the spot; the smallest of them, hello, can be read number by number.</summary>
internal static class TrainSyntheticCommand
{
    public static Command Build()
    {
        var command = new Command("synthetic", "Learn a problem that is made on the spot");
        command.Add(BuildHello());
        foreach (Command problem in SequenceProblemCommand.BuildAll())
        {
            command.Add(problem);
        }

        return command;
    }

    private static Command BuildHello()
    {
        Option<int> hidden = Values.Whole("--hidden", "Hidden units", 1, 4096, 16);
        Option<int> steps = Values.Whole("--steps", "Updates of the weights", 1, 1_000_000, 200);
        Option<double> rate = Values.Number("--learning-rate", "Adam's learning rate", Values.Above0, 1000, 0.05);
        Option<ulong> seed = Values.Seed("Decides the first weights", 1);
        Option<string?> report = Values.Path("--report", "Write the losses as JSON to this file");
        var command = new Command("hello", "The smallest language model: the letters h, e, l, o; after h, write \"ello\"") { hidden, steps, rate, seed, report };
        command.SetAction(parsed =>
        {
            string? reportPath = parsed.GetValue(report);
            Outputs.Require("--report", reportPath);
            HelloExample example = HelloExample.Train(
                parsed.GetValue(hidden), parsed.GetValue(steps), (float)parsed.GetValue(rate), parsed.GetValue(seed));
            Print("before training", example.Before, example.Vocabulary);
            Print("after training", example.After, example.Vocabulary);
            Console.Out.WriteLine($"written on from 'h', always the likeliest letter: {example.Written}");
            if (reportPath is not null)
            {
                example.Report.Save(reportPath);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static void Print(string title, IReadOnlyList<HelloStep> steps, IReadOnlyList<string> vocabulary)
    {
        Console.Out.WriteLine($"{title}: the probability of each next letter");
        Console.Out.WriteLine("  read  next " + string.Concat(vocabulary.Select(letter => $"{letter,8}")));
        foreach (HelloStep step in steps)
        {
            string cells = string.Concat(step.Probabilities.Select(probability => $"{probability,8:F4}"));
            Console.Out.WriteLine($"  {step.Input,-4}  {step.Target,-5}" + cells);
        }

        Console.Out.WriteLine();
    }
}
