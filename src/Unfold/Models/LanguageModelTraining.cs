using Unfold.Baselines;
using Unfold.Data;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>From a text to a trained language model.</summary>
internal static class LanguageModelTraining
{
    /// <summary>Trains a model, then measures it on the held-out part with the state carried through all of it.</summary>
    internal static LanguageModel Run(TextCorpus corpus, LanguageModelOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        options.Check();
        (string training, string heldOut, Vocabulary vocabulary) = Divide(corpus, options);
        int[] trainingTokens = vocabulary.Encode(training);
        int[] heldOutTokens = vocabulary.Encode(heldOut);
        RequireRoom(options, vocabulary.Count);
        RequireEnough(corpus, trainingTokens.Length, options);

        LanguageNetwork network = LanguageNetwork.Build(options, vocabulary.Count);
        TrainingReport report = new() { Task = LanguageModelFile.Task, Seed = options.Seed, Parameters = network.Parameters.Count };
        LanguageModelFile description = new(options, vocabulary, UnigramModel.Of(trainingTokens, vocabulary.Count), report);
        double charactersPerToken = (double)TextSplit.CountCharacters(training) / trainingTokens.Length;
        LanguageModelTask task = new(network, description, trainingTokens, heldOutTokens, charactersPerToken, TextCorpus.Fingerprint(corpus.Text));
        Trainer trainer = new(task, options, progress);
        report = trainer.RunEpochs(cancellationToken);
        Dictionary<string, double> final = new() { ["train_loss"] = report.Epochs[^1].TrainLoss };
        if (heldOutTokens.Length > 0)
        {
            Evaluation evaluation = new TextScorer(network, description).Evaluate(heldOut, trainer.ReportMeasured, cancellationToken);
            foreach ((string name, double value) in evaluation.Metrics)
                final[name] = value;
        }

        return new LanguageModel(description with { Report = trainer.Finish(report with { Final = final }) }, network);
    }

    /// <summary>The loss, in nats a token, of counting n-grams of the training part, over the held-out part; null where nothing is held out.</summary>
    internal static double? NGramLoss(TextCorpus corpus, LanguageModelOptions options, int order, CancellationToken cancellationToken)
    {
        options.Check();
        (string training, string heldOut, Vocabulary vocabulary) = Divide(corpus, options);
        int[] known = vocabulary.Encode(training), asked = vocabulary.Encode(heldOut);
        return known.Length == 0 || asked.Length == 0 ? null : new NGramModel(known, vocabulary.Count, order).Loss(asked, cancellationToken);
    }

    private static (string Training, string HeldOut, Vocabulary Vocabulary) Divide(TextCorpus corpus, LanguageModelOptions options)
    {
        (string training, string heldOut) = TextSplit.Divide(corpus.Text, options.Validation, options.Tokens);

        // Characters that only the held-out part has are named in the vocabulary, as is customary, and are never seen in training; words are not.
        return (training, heldOut, options.Tokens == TokenKind.Word ? Vocabulary.OfWords(training, options.VocabularySize) : Vocabulary.OfCharacters(corpus.Text, options.VocabularySize));
    }

    private static void RequireEnough(TextCorpus corpus, int tokens, LanguageModelOptions options)
    {
        long needed = (long)options.Batch * options.Unroll + 1;
        if (tokens >= needed)
            return;
        string what = corpus.Files.Count switch
        {
            0 => "The text",
            1 => $"'{corpus.Files[0]}'",
            _ => $"The text of {corpus.Files.Count} files",
        };
        throw new InputException($"{what} is too short: its training part has {tokens} tokens, and a batch of {options.Batch} stretches of {options.Unroll} needs {needed}. "
            + "Give more text, or a smaller batch or unroll.");
    }

    /// <summary>The logits of a step are one tensor.</summary>
    private static void RequireRoom(LanguageModelOptions options, int vocabularySize)
    {
        double logits = (double)options.Batch * options.Unroll * vocabularySize;
        if (logits > int.MaxValue)
        {
            throw new OptionException(nameof(options.Batch), $"Batch {options.Batch} times Unroll {options.Unroll} times {vocabularySize} tokens is {logits:G3} scores a step, "
                + "and fewer than 2^31 are possible: make one of them smaller.");
        }
    }
}
