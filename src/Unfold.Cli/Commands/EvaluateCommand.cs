using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold evaluate MODEL FILE</c>: how well a model predicts a text, beside the trivial baseline.</summary>
internal static class EvaluateCommand
{
    public static Command Build()
    {
        Argument<string> model = Arguments.Model();
        Argument<string> file = Arguments.TextFile();
        var command = new Command("evaluate", "How well a model predicts a text, beside guessing by frequency alone") { model, file };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(model), parsed.GetRequiredValue(file)));
        return command;
    }

    private static int Run(string modelPath, string textPath)
    {
        using var interrupt = new Interrupt();
        LanguageModel model = Inputs.Model(modelPath);
        Evaluation found = model.Evaluate(Inputs.Text(textPath), progress: null, interrupt.Token);

        Row("tokens", Say.Count(found.Tokens));
        Row("unknown_tokens", Say.Count(found.UnknownTokens));
        Row("loss", $"{found.Loss:F4}  nats a token");
        Row("perplexity", Say.Number(found.Perplexity));
        Row("bits_per_character", $"{found.BitsPerCharacter:F4}");
        Row("accuracy", $"{found.Accuracy:F4}");
        Row("unigram_loss", $"{found.UnigramLoss:F4}  by each token's frequency in the training text alone");
        Row("unigram_perplexity", Say.Number(found.UnigramPerplexity));
        Row("tokens_per_second", Say.Count((long)(found.Tokens / Math.Max(found.Seconds, 1e-9))));
        return ExitCode.Done;
    }

    private static void Row(string name, string value) => Console.Out.WriteLine($"{name,-20}{value}");
}
