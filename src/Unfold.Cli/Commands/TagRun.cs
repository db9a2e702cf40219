using Unfold.Cli.Shell;
using Unfold.Data.Tagging;
using Unfold.Models;
using Unfold.Training;

namespace Unfold.Cli.Commands;

/// <summary>One training run on tagged sentences, from their files to what was measured.</summary>
internal sealed class TagRun
{
    /// <summary>Reads the sentences.</summary>
    public required Func<TaggedFiles> Load { get; init; }

    public required RunFiles Files { get; init; }

    /// <param name="choose">Applies the command's options to those of the library or of the checkpoint.</param>
    public int Execute(Func<TaggerOptions, TaggerOptions> choose)
    {
        Files.Require();
        TaggerOptions options = Files.Options(() => new TaggerOptions(), Tagger.ReadCheckpointOptions, choose);
        TaggedFiles files = Load();
        Console.Out.WriteLine($"to train on: {Count(files.Training)}{Other("for validation", files.Validation)}{Other("to test on", files.Test)}");
        using var interrupt = new Interrupt();
        SeedStudy<Tagger> study = Files.Train(
            options, (chosen, view) => Tagger.Train(files, chosen, view, interrupt.Token), model => model.Report, files.Validation is null && files.Test is not null ? "train_loss" : "validation_loss");
        Finish(study.Best, files.Test is not null);
        Files.Write(study.Report);
        return ExitCode.Done;

        static string Other(string what, TaggedCorpus? corpus) => corpus is null ? "" : $"; {what}: {Count(corpus)}";
        static string Count(TaggedCorpus corpus) => $"{Say.Count(corpus.Sentences.Count)} sentences of {Say.Count(corpus.Tokens)} tokens";
    }

    private void Finish(Tagger model, bool hasTest)
    {
        Files.Keep(model.Save);
        Console.Out.WriteLine($"{Say.Count(model.ParameterCount)} parameters, {model.Labels.Count} labels; {Files.SavedAfter(model.Report)}");
        if (model.Measured is not TaggerEvaluation found)
        {
            return;
        }

        Console.Out.WriteLine();
        Console.Out.WriteLine(hasTest ? "on the test sentences:" : "on the held-out sentences:");
        TagPrediction.Print(found);
        IReadOnlyDictionary<string, double> final = model.Report.Final;
        foreach (string name in final.Keys.Where(name => (name.StartsWith("most_frequent", StringComparison.Ordinal) || name.StartsWith("hmm", StringComparison.Ordinal)) && name.EndsWith("_accuracy", StringComparison.Ordinal)))
        {
            string baseline = name[..^"_accuracy".Length];
            Console.Out.WriteLine($"baseline {baseline.Replace('_', ' ')}: accuracy {final[name]:P2}{(final.TryGetValue(baseline + "_f1", out double f1) ? $", span F1 {100 * f1:F2}" : "")}");
        }
    }
}
