using System.Text;
using Unfold.Autodiff;
using Unfold.Data;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>A language model as text for a reader.</summary>
internal static class LanguageModelDescription
{
    /// <summary>The most tokens of a vocabulary that are shown.</summary>
    private const int ShownTokens = 200;

    /// <summary>Layers, parameters, equations, vocabulary and training.</summary>
    internal static string Of(LanguageModelFile file, LanguageNetwork network)
    {
        StringBuilder text = new();
        LanguageModelOptions options = file.Options;
        text.Append($"language model of {(options.Tokens == TokenKind.Word ? "words" : "characters")}\n\nlayers\n");
        foreach (Layers.Layer layer in network.Layers)
            text.Append($"  {layer.Name,-8}  {layer}\n");
        text.Append($"\nparameters: {network.Parameters.Count:N0}\n");
        int width = network.Parameters.All.Max(parameter => parameter.Name.Length);
        foreach (Parameter parameter in network.Parameters.All)
            text.Append($"  {parameter.Name.PadRight(width)}  {parameter.Shape}{(parameter.Trained ? "" : "  fixed")}\n");
        text.Append($"\ncell {options.Cell.Name}\n");
        foreach (string line in options.Cell.Text.TrimEnd().Split('\n'))
            text.Append($"  {line}\n");
        AppendVocabulary(text, file.Vocabulary);
        AppendTraining(text, options, file.Report);
        return text.ToString();
    }

    private static void AppendVocabulary(StringBuilder text, Vocabulary vocabulary)
    {
        text.Append($"\nvocabulary: {vocabulary.Count:N0} {(vocabulary.Kind == TokenKind.Word ? "words, the commonest first" : "characters")}\n ");
        foreach (string token in vocabulary.Tokens.Take(ShownTokens))
            text.Append(' ').Append(Shown(token));
        text.Append(vocabulary.Count > ShownTokens ? " …\n" : "\n");
    }

    /// <summary>A token that can stand in a line: white space and control characters by their code points.</summary>
    private static string Shown(string token) => token switch
    {
        "\n" => "\\n",
        "\t" => "\\t",
        " " => "' '",
        _ => Rune.GetRuneAt(token, 0) is var rune && (Rune.IsControl(rune) || Rune.IsWhiteSpace(rune)) ? $"U+{rune.Value:X4}" : token,
    };

    private static void AppendTraining(StringBuilder text, LanguageModelOptions options, TrainingReport report)
    {
        text.Append($"\ntrained with seed {options.Seed}: {report.Epochs.Count} of {options.Epochs} epochs, batch {options.Batch}, unroll {options.Unroll}, ")
            .Append(TrainingSummary.Of(options));
        if (options.Dropout > 0)
            text.Append($", dropout {options.Dropout}");
        if (options.EdgeDropout > 0)
            text.Append($", edge dropout {options.EdgeDropout}");
        text.Append($", {options.Validation:P0} held out\n");
        if (report.Epochs.Count > 0)
            text.Append("  epoch  train_loss  validation_loss\n");
        foreach (EpochReport epoch in report.Epochs)
            text.Append($"  {epoch.Epoch,5}  {epoch.TrainLoss,10:F4}  {epoch.ValidationLoss,15:F4}\n");
        foreach ((string name, double metric) in report.Final)
            text.Append($"  final {name}: {metric:G6}\n");
    }
}
