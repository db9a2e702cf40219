using Unfold.Cli.Shell;
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

    public required RunFiles Files { get; init; }

    public bool Baseline { get; init; }

    public required int Sample { get; init; }

    /// <param name="choose">Applies the command's options to those of the library or of the checkpoint.</param>
    public int Execute(Func<LanguageModelOptions, LanguageModelOptions> choose)
    {
        Files.Require();
        TextCorpus corpus = Inputs.Corpus(Paths, Pattern);
        Console.Out.WriteLine($"text: {Say.Count(corpus.Files.Count)} {(corpus.Files.Count == 1 ? "file" : "files")}, {Say.Count(corpus.Text.Length)} characters");
        LanguageModelOptions options = Files.Options(() => LanguageModelOptions.For(corpus), LanguageModel.ReadCheckpointOptions, choose);

        using var interrupt = new Interrupt();
        SeedStudy<LanguageModel> study = Files.Train(
            options, (chosen, view) => LanguageModel.Train(corpus, chosen, view, interrupt.Token), model => model.Report, words: options.Tokens == TokenKind.Word);
        TrainingReport report = study.Report;
        double? counted = Baseline ? LanguageModel.NGramLoss(corpus, study.Best.Options, null, interrupt.Token) : null;
        if (counted is double ngrams)
        {
            report = report with { Final = new Dictionary<string, double>(report.Final) { ["ngram_loss"] = ngrams, ["ngram_perplexity"] = Math.Exp(ngrams) } };
        }

        Finish(study.Best, report, counted);
        return ExitCode.Done;
    }

    private void Finish(LanguageModel model, TrainingReport report, double? counted)
    {
        Files.Keep(model.Save);
        Files.Write(report);
        Console.Out.WriteLine($"{Say.Count(model.ParameterCount)} parameters, {Say.Count(model.Vocabulary.Count)} tokens in the vocabulary; {Files.Saved()}");
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
