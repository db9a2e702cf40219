using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Training;

namespace Unfold.Cli.Commands;

/// <summary>The options that all kinds of training have in common.</summary>
internal sealed class CommonOptions
{
    private const int Many = 1_000_000;

    private readonly OptionSet<TrainingOptions> _set;
    private readonly Option<int> _seeds = Values.Whole("--seeds", "Train with this many seeds, from --seed on, and tell mean and deviation; the best model is kept", 1, 1000, 1);
    private readonly Option<int?> _threads = Values.OptionalWhole("--threads", "How many threads to use; no result depends on it [default: one a processor]", 1, 1024);

    public CommonOptions(Command command, TrainingOptions standard)
    {
        _set = new OptionSet<TrainingOptions>(command);
        Add(standard);
        AddGradientNorms(standard);
        command.Add(_seeds);
        command.Add(_threads);
    }

    /// <summary>With how many seeds to train, from that of the options on.</summary>
    public int Seeds(ParseResult parsed) => parsed.GetValue(_seeds);

    /// <summary>The base, changed by whatever the command says; the number of threads is set at once.</summary>
    public TrainingOptions Apply(ParseResult parsed, TrainingOptions options)
    {
        if (parsed.GetValue(_threads) is int threads)
        {
            Threads.Count = threads;
        }

        return _set.Apply(parsed, options);
    }

    private void Add(TrainingOptions standard)
    {
        _set.Bind(Values.OptionalWhole("--epochs", $"How often the training part is read [default: {standard.Epochs}, less often where it is long]", 1, Many),
            (options, value) => value is int epochs ? options with { Epochs = epochs } : options);
        _set.Bind(Values.Whole("--batch", "How many items (stretches of text, images) are read side by side", 1, 65536, standard.Batch), (options, value) => options with { Batch = value });
        _set.Bind(Values.Number("--learning-rate", "The learning rate at the start", Values.Above0, 1000, Math.Round(standard.LearningRate, 6)),
            (options, value) => options with { LearningRate = (float)value });
        _set.Bind(Values.OneOf("--optimizer", "The rule by which gradients change weights", "adam", "sgd", "momentum", "nesterov", "adam"), (options, value) => options with
        {
            Optimizer = value switch
            {
                "sgd" => OptimizerKind.Sgd,
                "momentum" => OptimizerKind.Momentum,
                "nesterov" => OptimizerKind.Nesterov,
                _ => OptimizerKind.Adam,
            },
        });
        _set.Bind(Values.OneOf("--schedule", "How the learning rate changes", "cosine", "constant", "step", "exponential", "linear", "cosine"), WithSchedule);
        _set.Bind(Values.Number("--final-learning-rate", "Where cosine and linear end", 0, 1000, standard.FinalLearningRate),
            (options, value) => options with { FinalLearningRate = (float)value });
        _set.Bind(Values.Number("--decay", "What step and exponential multiply the learning rate by", Values.Above0, 1, standard.DecayFactor),
            (options, value) => options with { DecayFactor = (float)value });
        _set.Bind(Values.Whole("--decay-epochs", "After how many epochs step multiplies", 1, Many, standard.DecayEpochs), (options, value) => options with { DecayEpochs = value });
        _set.Bind(Values.Whole("--warmup", "Steps at the beginning over which the learning rate rises", 0, int.MaxValue, standard.WarmupSteps),
            (options, value) => options with { WarmupSteps = value });
        _set.Bind(Values.Number("--momentum", "The momentum of momentum and nesterov", Values.Above0, 0.9999, Math.Round(standard.Momentum, 6)), (options, value) => options with { Momentum = (float)value });
        _set.Bind(Values.Number("--weight-decay", "What part of each weight is added to its gradient", 0, 1, standard.WeightDecay), (options, value) => options with { WeightDecay = (float)value });
        _set.Bind(Values.Number("--clip", "Scale all gradients down together to at most this norm; 0 for no limit", 0, double.MaxValue, standard.ClipNorm ?? 0),
            (options, value) => options with { ClipNorm = value == 0 ? null : (float)value });
        _set.Bind(Values.OptionalNumber("--clip-value", "Cut each gradient to within this distance of zero [default: no limit]", Values.Above0, double.MaxValue),
            (options, value) => options with { ClipValue = (float?)value });
        _set.Bind(Values.OptionalWhole("--patience", "Stop after this many epochs without a lower validation loss [default: never]", 1, Many),
            (options, value) => options with { Patience = value });
        _set.Bind(Values.Seed("Decides every random choice", standard.Seed), (options, value) => options with { Seed = value });
    }

    private void AddGradientNorms(TrainingOptions standard)
    {
        _set.Bind(Values.Path("--gradient-norms", "Write the norms of each layer's gradients as CSV to this file"), (options, value) =>
        {
            Outputs.Require("--gradient-norms", value);
            return options with { GradientNorms = value };
        });
        _set.Bind(Values.Whole("--gradient-norms-every", "Of how many steps --gradient-norms writes one", 1, int.MaxValue, standard.GradientNormsInterval),
            (options, value) => options with { GradientNormsInterval = value });
    }

    /// <summary>Exponential is a step after every epoch.</summary>
    private static TrainingOptions WithSchedule(TrainingOptions options, string value) => value switch
    {
        "constant" => options with { Decay = LearningRateDecay.Constant },
        "step" => options with { Decay = LearningRateDecay.Step },
        "exponential" => options with { Decay = LearningRateDecay.Step, DecayEpochs = 1 },
        "linear" => options with { Decay = LearningRateDecay.Linear },
        _ => options with { Decay = LearningRateDecay.Cosine },
    };
}
