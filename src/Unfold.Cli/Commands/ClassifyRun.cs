using Unfold.Cli.Shell;
using Unfold.Cli.Terminal;
using Unfold.Data.Sequences;
using Unfold.Metrics;
using Unfold.Models;
using Unfold.Training;

namespace Unfold.Cli.Commands;

/// <summary>One training run on sequences, from their files to the table of confusions.</summary>
internal sealed class ClassifyRun
{
    private const int MostClassesShown = 40;

    /// <summary>Reads the sequences, with several labels each or with one.</summary>
    public required Func<bool, SequenceFiles> Load { get; init; }

    public required int? Folds { get; init; }

    public required RunFiles Files { get; init; }

    /// <param name="choose">Applies the command's options to those of the library or of the checkpoint.</param>
    public int Execute(Func<SequenceClassifierOptions, SequenceClassifierOptions> choose)
    {
        if (Folds is null)
        {
            Files.Require();
        }
        else
        {
            Outputs.Require("--report", Files.Report);
        }

        SequenceClassifierOptions options = Files.Options(() => new SequenceClassifierOptions(), SequenceClassifier.ReadCheckpointOptions, choose);
        SequenceFiles sequences = Load(options.MultiLabel);
        Console.Out.WriteLine($"to train on: {sequences.Training}{(sequences.Test is null ? "" : $"; to test on: {Say.Count(sequences.Test.Count)}")}");
        foreach (string note in sequences.Training.Notes.Concat(sequences.Test?.Notes ?? []))
        {
            Console.Out.WriteLine(note);
        }

        using var interrupt = new Interrupt();
        return Folds is int folds ? Cross(sequences, folds, options, interrupt) : TrainAndKeep(sequences, options, interrupt);
    }

    /// <summary>Prints what was measured: the table of confusions where it is readable.</summary>
    public static void Print(SequenceEvaluation found)
    {
        if (found.Confusion is ConfusionMatrix confusion && confusion.Classes <= MostClassesShown)
        {
            Console.Out.WriteLine();
            Console.Out.WriteLine(confusion.ToString().TrimEnd());
        }
    }

    private int TrainAndKeep(SequenceFiles sequences, SequenceClassifierOptions options, Interrupt interrupt)
    {
        SeedStudy<SequenceClassifier> study = Files.Train(options, (chosen, view) => SequenceClassifier.Train(sequences, chosen, view, interrupt.Token), model => model.Report);
        Finish(study.Best);
        Files.Write(study.Report);
        return ExitCode.Done;
    }

    private void Finish(SequenceClassifier model)
    {
        Files.Keep(model.Save);
        IReadOnlyDictionary<string, double> final = model.Report.Final;
        if (final.TryGetValue("cut_sequences", out double cut))
        {
            Console.Out.WriteLine($"{Say.Count((long)cut)} sequences were cut off behind {Say.Count(model.Options.MaxSteps)} steps (--max-steps)");
        }

        Console.Out.WriteLine($"{Say.Count(model.ParameterCount)} parameters, {model.Classes.Count} classes; {Files.SavedAfter(model.Report)}");
        if (final.TryGetValue("validation_loss", out double loss))
        {
            Console.Out.WriteLine($"held-out sequences: loss {loss:F4}, accuracy {final["accuracy"]:P2}{(final.TryGetValue("f1", out double f1) ? $", F1 {f1:P2}" : "")}");
        }

        if (final.TryGetValue("test_loss", out loss))
        {
            Console.Out.WriteLine($"test sequences: loss {loss:F4}, accuracy {final["test_accuracy"]:P2}{(final.TryGetValue("test_f1", out double testF1) ? $", F1 {testF1:P2}" : $", macro F1 {final["test_macro_f1"]:P2}")}");
        }

        string[] baselines = ["majority", "naive_bayes", "linear", "nearest_neighbour", "nearest_neighbour_warped"];
        string beside = string.Join(", ", baselines.Where(name => final.ContainsKey($"{name}_accuracy")).Select(name => $"{name.Replace('_', ' ')} {final[$"{name}_accuracy"]:P2}"));
        if (beside.Length > 0)
        {
            Console.Out.WriteLine($"accuracy of baselines on the same sequences: {beside}");
        }

        if (model.Measured is SequenceEvaluation measured)
        {
            Print(measured);
        }
    }

    private int Cross(SequenceFiles sequences, int folds, SequenceClassifierOptions options, Interrupt interrupt)
    {
        if (sequences.Test is not null || options.TestShare > 0)
        {
            throw new MistakeException("--folds holds out each part in turn: leave out what is to test on");
        }

        IReadOnlyList<SequenceEvaluation> found;
        try
        {
            found = TrainingView.Show(words: false, view => SequenceClassifier.CrossValidate(sequences.Training, folds, options, view, interrupt.Token));
        }
        catch (OperationCanceledException)
        {
            throw new FailureException("interrupted");
        }

        for (int fold = 0; fold < found.Count; fold++)
        {
            Console.Out.WriteLine($"fold {fold + 1}: {Say.Count(found[fold].Sequences)} sequences, loss {found[fold].Loss:F4}, accuracy {found[fold].Accuracy:P2}");
        }

        TrainingReport report = new()
        {
            Task = "classify",
            Command = options.Command,
            Seed = options.Seed,
            Runs = [.. found.Select(fold => new TrainingReport { Task = "classify", Final = new Dictionary<string, double> { ["accuracy"] = fold.Accuracy, ["loss"] = fold.Loss, ["macro_f1"] = fold.MacroF1 } })],
        };
        Console.Out.WriteLine($"{folds} folds, mean ± deviation: {string.Join(", ", report.Summary.Select(metric => $"{metric.Name.Replace('_', ' ')} {metric}"))}");
        Files.Write(report with { Final = report.Summary.ToDictionary(metric => metric.Name, metric => metric.Mean) });
        return ExitCode.Done;
    }
}
