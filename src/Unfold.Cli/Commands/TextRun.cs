using Unfold.Cli.Shell;
using Unfold.Cli.Terminal;
using Unfold.Data;
using Unfold.Models;
using Unfold.Training;

namespace Unfold.Cli.Commands;

/// <summary>One training run on text, from its files to its sample.</summary>
internal sealed class TextRun
{
    // Cautious enough for words to be words, free enough not to go round in circles.
    private const double SampleTemperature = 0.8;

    public required string[] Paths { get; init; }

    public string? Pattern { get; init; }

    public required string Out { get; init; }

    /// <summary>As the command names it.</summary>
    public string? Checkpoint { get; init; }

    public string? Resume { get; init; }

    public string? Report { get; init; }

    public bool Baseline { get; init; }

    public required int Sample { get; init; }

    public required int Seeds { get; init; }

    /// <summary>Where checkpoints are written when the command names no place; removed when the model is saved.</summary>
    private string StandardCheckpoint => Out + ".checkpoint";

    /// <param name="choose">Applies the command's options to those of the library or of the checkpoint.</param>
    public int Execute(Func<LanguageModelOptions, LanguageModelOptions> choose)
    {
        Outputs.Require("--out", Out);
        Outputs.Require("--report", Report);
        Outputs.Require("--checkpoint", Checkpoint);
        if (Resume is not null)
        {
            Inputs.RequireFile(Resume);
            SeedRuns.RequireOne(Resume, Seeds);
        }

        string checkpoint = Checkpoint ?? Resume ?? StandardCheckpoint;
        TextCorpus corpus = Inputs.Corpus(Paths, Pattern);
        Console.Out.WriteLine($"text: {Say.Count(corpus.Files.Count)} {(corpus.Files.Count == 1 ? "file" : "files")}, {Say.Count(corpus.Text.Length)} characters");
        LanguageModelOptions options = choose(Resume is null ? LanguageModelOptions.For(corpus) : LanguageModel.ReadCheckpointOptions(Resume)) with
        {
            CheckpointPath = checkpoint,
            ResumePath = Resume,
            Command = Say.Command(),
        };

        using var interrupt = new Interrupt();
        SeedStudy<LanguageModel> study;
        try
        {
            bool words = options.Tokens == TokenKind.Word;
            study = SeedRuns.Run(options, Seeds, chosen =>
            {
                LanguageModel model = TrainingView.Show(words, view => LanguageModel.Train(corpus, (LanguageModelOptions)chosen, view, interrupt.Token));
                return (model, model.Report);
            });
        }
        catch (OperationCanceledException)
        {
            throw SeedRuns.Interrupted(checkpoint, Seeds);
        }

        TrainingReport report = study.Report;
        double? counted = Baseline ? LanguageModel.NGramLoss(corpus, study.Best.Options, null, interrupt.Token) : null;
        if (counted is double ngrams)
        {
            report = report with { Final = new Dictionary<string, double>(report.Final) { ["ngram_loss"] = ngrams, ["ngram_perplexity"] = Math.Exp(ngrams) } };
        }

        Finish(study.Best, report, checkpoint, counted);
        return ExitCode.Done;
    }

    private void Finish(LanguageModel model, TrainingReport report, string checkpoint, double? counted)
    {
        try
        {
            model.Save(Out);
        }
        catch (ModelFileException error)
        {
            throw new FailureException($"{error.Message.TrimEnd('.')}; what was learnt is in the checkpoint '{checkpoint}'");
        }

        if (Report is not null)
        {
            report.Save(Report);
        }

        if (checkpoint == StandardCheckpoint)
        {
            File.Delete(checkpoint);
        }

        Console.Out.WriteLine($"{Say.Count(model.ParameterCount)} parameters, {Say.Count(model.Vocabulary.Count)} tokens in the vocabulary; "
            + $"saved as {Out} ({Say.Size(new FileInfo(Out).Length)})");
        if (Held(model) is string held)
        {
            Console.Out.WriteLine(held + (counted is double ngrams ? $"; by n-grams (Kneser-Ney): loss {ngrams:F4}, perplexity {Say.Number(Math.Exp(ngrams))}" : ""));
        }

        if (Sample > 0)
        {
            Console.Out.WriteLine();
            foreach (string token in model.Generate(new GenerationOptions { Length = Sample, Temperature = SampleTemperature, Seed = model.Options.Seed }))
            {
                Console.Out.Write(token);
            }

            Console.Out.WriteLine();
        }
    }

    /// <summary>What the model makes of the held-out text, beside the trivial baseline; null where nothing was held out.</summary>
    private static string? Held(LanguageModel model)
    {
        IReadOnlyDictionary<string, double> final = model.Report.Final;
        return final.TryGetValue("validation_loss", out double loss)
            ? $"held-out text: loss {loss:F4}, perplexity {Say.Number(final["perplexity"])}, {final["bits_per_character"]:F3} bits a character, "
                + $"accuracy {final["accuracy"]:F3}; by frequency alone: loss {final["unigram_loss"]:F4}, perplexity {Say.Number(final["unigram_perplexity"])}"
            : null;
    }
}
