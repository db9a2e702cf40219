using System.CommandLine;
using System.CommandLine.Parsing;
using Unfold.Cli.Shell;
using Unfold.Data;
using Unfold.Models;
using Unfold.Training;

namespace Unfold.Cli.Commands;

/// <summary>
/// The options of <c>unfold train text</c>, each bound to the property that it sets. Only those that stand in the command are applied, so that
/// a resumed run keeps its own.
/// </summary>
internal sealed class TextOptions
{
    private const int Many = 1_000_000;

    private static readonly LanguageModelOptions Standard = new();

    private readonly List<Func<ParseResult, LanguageModelOptions, LanguageModelOptions>> _bindings = [];
    private readonly Command _command;

    public TextOptions(Command command)
    {
        _command = command;
        AddText();
        AddModel();
        AddTraining();
    }

    /// <summary>The base, changed by whatever the command says.</summary>
    public LanguageModelOptions Apply(ParseResult parsed, LanguageModelOptions standard) =>
        _bindings.Aggregate(standard, (options, binding) => binding(parsed, options));

    private void AddText()
    {
        Bind(Values.OneOf("--tokens", "What the model reads one of at a time", "char", "char", "word"), (options, value) => options with
        {
            Tokens = value == "word" ? TokenKind.Word : TokenKind.Character,
        });
        Bind(Values.OptionalWhole("--vocabulary", "The most tokens in the vocabulary, the commonest first [default: all characters, or 10,000 words]", 2, 10 * Many),
            (options, value) => options with { VocabularySize = value });
        Bind(Values.Number("--validation", "The share of the text, from its end, that is held out", 0, 0.9, Standard.Validation),
            (options, value) => options with { Validation = value });
    }

    private void AddModel()
    {
        Bind(Values.Whole("--hidden", "Hidden units of each recurrent layer", 1, 65536, Standard.Hidden), (options, value) => options with { Hidden = value });
        Bind(Values.Whole("--layers", "Recurrent layers on top of each other", 1, 64, Standard.Layers), (options, value) => options with { Layers = value });
        Bind(Values.OptionalWhole("--embedding", "The size of a token's vector [default: as --hidden]", 1, 65536), (options, value) => options with { Embedding = value });
        Bind(new Option<bool>("--skip-connections") { Description = "Each layer reads the token's vector too, and the output reads every layer" },
            (options, value) => options with { SkipConnections = value });
        Bind(Values.Number("--dropout", "The probability with which a number between layers is dropped while training", 0, 0.99, Standard.Dropout),
            (options, value) => options with { Dropout = (float)value });
    }

    private void AddTraining()
    {
        Bind(Values.Whole("--epochs", "How often the text is read", 1, Many, Standard.Epochs), (options, value) => options with { Epochs = value });
        Bind(Values.Whole("--batch", "How many stretches of the text are read side by side", 1, 65536, Standard.Batch), (options, value) => options with { Batch = value });
        Bind(Values.Whole("--unroll", "How many tokens the gradient goes back", 1, 65536, Standard.Unroll), (options, value) => options with { Unroll = value });
        Bind(Values.Number("--learning-rate", "The learning rate at the start", Values.Above0, 1000, Math.Round(Standard.LearningRate, 6)),
            (options, value) => options with { LearningRate = (float)value });
        Bind(Values.OneOf("--optimizer", "The rule by which gradients change weights", "adam", "sgd", "momentum", "nesterov", "adam"), (options, value) => options with
        {
            Optimizer = value switch
            {
                "sgd" => OptimizerKind.Sgd,
                "momentum" => OptimizerKind.Momentum,
                "nesterov" => OptimizerKind.Nesterov,
                _ => OptimizerKind.Adam,
            },
        });
        Bind(Values.OneOf("--schedule", "How the learning rate changes", "cosine", "constant", "step", "exponential", "linear", "cosine"), WithSchedule);
        Bind(Values.Number("--decay", "What step and exponential multiply the learning rate by", Values.Above0, 1, Standard.DecayFactor),
            (options, value) => options with { DecayFactor = (float)value });
        Bind(Values.Whole("--decay-epochs", "After how many epochs step multiplies", 1, Many, Standard.DecayEpochs), (options, value) => options with { DecayEpochs = value });
        Bind(Values.Whole("--warmup", "Steps at the beginning over which the learning rate rises", 0, int.MaxValue, Standard.WarmupSteps),
            (options, value) => options with { WarmupSteps = value });
        Bind(Values.Number("--momentum", "The momentum of momentum and nesterov", 0, 0.9999, Math.Round(Standard.Momentum, 6)), (options, value) => options with { Momentum = (float)value });
        Bind(Values.Number("--weight-decay", "Decoupled weight decay", 0, 1, Standard.WeightDecay), (options, value) => options with { WeightDecay = (float)value });
        Bind(Values.Number("--clip", "Scale all gradients down together to at most this norm; 0 for no limit", 0, double.MaxValue, Standard.ClipNorm ?? 0),
            (options, value) => options with { ClipNorm = value == 0 ? null : (float)value });
        Bind(Values.OptionalNumber("--clip-value", "Cut each gradient to within this distance of zero [default: no limit]", Values.Above0, double.MaxValue),
            (options, value) => options with { ClipValue = (float?)value });
        Bind(Values.OptionalWhole("--patience", "Stop after this many epochs without a lower validation loss [default: never]", 1, Many),
            (options, value) => options with { Patience = value });
        Bind(Values.Seed("Decides every random choice", Standard.Seed), (options, value) => options with { Seed = value });
    }

    /// <summary>Exponential is a step after every epoch.</summary>
    private static LanguageModelOptions WithSchedule(LanguageModelOptions options, string value) => value switch
    {
        "constant" => options with { Decay = LearningRateDecay.Constant },
        "step" => options with { Decay = LearningRateDecay.Step },
        "exponential" => options with { Decay = LearningRateDecay.Step, DecayEpochs = 1 },
        "linear" => options with { Decay = LearningRateDecay.Linear },
        _ => options with { Decay = LearningRateDecay.Cosine },
    };

    private void Bind<T>(Option<T> option, Func<LanguageModelOptions, T, LanguageModelOptions> set)
    {
        _command.Add(option);
        _bindings.Add((parsed, options) => parsed.GetResult(option) is OptionResult { Implicit: false } ? set(options, parsed.GetValue(option)!) : options);
    }
}
