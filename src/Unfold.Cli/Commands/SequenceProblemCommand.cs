using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Cli.Terminal;
using Unfold.Data.Synthetic;
using Unfold.Layers;
using Unfold.Models;
using Unfold.Training;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold train synthetic adding</c>, <c>copy</c> and <c>latch</c>: can a layer remember for so long? And <c>motion</c>: which way does the shape move?</summary>
internal static class SequenceProblemCommand
{
    private const int MostLength = 1 << 20;

    /// <summary>All of them.</summary>
    public static IEnumerable<Command> BuildAll() =>
    [
        Build("adding", "Of T numbers add the two that are marked (the mean squared error of predicting the mean is 0.167)", "T, the numbers", 2, 600, length => new AddingProblem(length)),
        Build("copy", "Remember ten symbols through T blanks, then repeat them (Bai et al. 2018)", "T, the blanks", 1, 1000, length => new CopyProblem(length)),
        Build("latch", "Remember the first symbol through T steps of noise", "T, the steps of noise", 1, 1000, length => new LatchProblem(length)),
        Build("motion", "Tell which way the shape in a clip of T noisy frames of 16 x 16 moves", "T, the frames", 2, 8, length => new MotionProblem(length),
            "conv 3x3x3 8, relu, pool 1x2x2, conv 3x3x3 16, relu, pool 1x2x2, flatten, linear 32, relu"),
    ];

    private static Command Build(string name, string description, string lengthDescription, int least, int standardLength, Func<int, SequenceProblem> problem, string? layers = null)
    {
        var command = new Command(name, description);
        SequenceModelOptions standard = new();
        Option<int> length = Values.Whole("--length", lengthDescription, least, MostLength, standardLength);
        command.Add(length);
        SequenceLayerChoice? layer = layers is null ? new(command, (RecurrentOptions)new SequenceModelOptions().Layer) : null;
        var set = new OptionSet<SequenceModelOptions>(command);
        if (layers is not null)
        {
            set.Bind(new Option<string>("--layers") { Description = $"Layers that read an item, without the last (see docs/layers.md) [default: \"{layers}\"]", HelpName = "LIST" },
                (options, value) => options with { Layers = value });
        }

        set.Bind(Values.Whole("--steps", "Updates of the weights in an epoch, each by sequences that were never seen before", 1, 1_000_000, standard.Steps),
            (options, value) => options with { Steps = value });
        set.Bind(Values.OptionalNumber("--until", "Stop after the first epoch with a validation loss below this [default: never]", Values.Above0, double.PositiveInfinity),
            (options, value) => options with { Until = value });
        Option<string?> report = Values.Path("--report", "Write what training did as JSON to this file");
        command.Add(report);
        var common = new CommonOptions(command, standard);
        command.SetAction(parsed =>
        {
            string? reportPath = parsed.GetValue(report);
            Outputs.Require("--report", reportPath);
            var options = (SequenceModelOptions)common.Apply(parsed, set.Apply(parsed, standard with { Layer = layer?.Apply(parsed, standard.Layer) ?? standard.Layer, Layers = layers, Command = Say.Command() }));
            TrainingReport found = Train(problem(parsed.GetValue(length)), options, common.Seeds(parsed));
            if (reportPath is not null)
            {
                found.Save(reportPath);
            }

            return ExitCode.Done;
        });
        return command;
    }

    private static TrainingReport Train(SequenceProblem problem, SequenceModelOptions options, int seeds)
    {
        using var interrupt = new Interrupt();
        SeedStudy<SequenceModel> study;
        try
        {
            study = SeedRuns.Run(options, seeds, chosen =>
            {
                SequenceModel model = TrainingView.Show(words: false, view => SequenceModel.Train(problem, (SequenceModelOptions)chosen, view, interrupt.Token));
                return (model, model.Report);
            });
        }
        catch (OperationCanceledException)
        {
            throw new FailureException("interrupted");
        }

        TrainingReport report = study.Report;
        Console.Out.Write(study.Best.Plan?.Describe() ?? $"{study.Best.Layer}{Environment.NewLine}");
        string loss = problem.Answer == SequenceAnswer.Number ? "mean squared error" : "loss";
        string accuracy = report.Final.TryGetValue("accuracy", out double right) ? $", accuracy {right:P2}" : "";
        Console.Out.WriteLine($"{problem.Name}, {problem.Steps} steps: {loss} {Say.Number(report.Final["validation_loss"])}{accuracy}; {problem.Baseline} has {problem.BaselineLoss:F4}");
        return report;
    }
}
