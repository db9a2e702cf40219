using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold score MODEL FILE</c>: how likely each line is, and the whole.</summary>
internal static class ScoreCommand
{
    public static Command Build()
    {
        Argument<string> model = Arguments.Model();
        Argument<string> file = Arguments.TextFile();
        var alone = new Option<bool>("--lines-alone") { Description = "Begin each line anew, without memory of the lines before: makes lines comparable" };
        var command = new Command("score", "The log-probability and perplexity of each line of a text, and of the whole") { model, file, alone };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(model), parsed.GetRequiredValue(file), !parsed.GetValue(alone)));
        return command;
    }

    private static int Run(string modelPath, string textPath, bool carryState)
    {
        LanguageModel model = Inputs.Model(modelPath);
        TextScores scores = model.Score(Inputs.Text(textPath), carryState);

        Console.Out.WriteLine("log_probability  perplexity  tokens  text");
        foreach (TextScore line in scores.Lines)
        {
            Console.Out.WriteLine(Row(line, line.Text));
        }

        Console.Out.WriteLine(Row(scores.Whole, "(the whole)"));
        if (scores.Whole.UnknownTokens > 0)
        {
            Console.Out.WriteLine($"{scores.Whole.UnknownTokens} tokens are not in the model's vocabulary and were read as its unknown token");
        }

        return ExitCode.Done;
    }

    private static string Row(TextScore score, string text) =>
        $"{score.LogProbability,15:F4}  {Say.Number(score.Perplexity),10}  {score.Tokens,6}  {text}";
}
