using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Training;

namespace Unfold.Cli.Commands;

/// <summary>The options that say how gradients change weights.</summary>
internal static class OptimizerOptions
{
    private const int Many = 1_000_000;

    public static void Add(OptionSet<TrainingOptions> set, TrainingOptions standard)
    {
        AddRule(set, standard);
        AddSchedule(set, standard);
        AddPenalties(set, standard);
        AddClipping(set, standard);
        set.Bind(Values.OptionalWhole("--average-from", "Average the weights from this epoch on, for validation and the model [default: no averaging]", 1, Many),
            (options, value) => options with { AverageFrom = value });
        set.Bind(Values.OptionalNumber("--average-decay", "What an exponential moving average of the weights keeps a step [default: the running mean]", Values.Above0, 0.999999),
            (options, value) => options with { AverageDecay = value });
    }

    private static void AddRule(OptionSet<TrainingOptions> set, TrainingOptions standard)
    {
        set.Bind(Values.Number("--learning-rate", "The learning rate at the start, of one-cycle at the top", Values.Above0, 1000, Math.Round(standard.LearningRate, 6)),
            (options, value) => options with { LearningRate = (float)value });
        set.Bind(
            Values.OneOf("--optimizer", "The rule by which gradients change weights", "adam", "sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw"),
            (options, value) => options with { Optimizer = KindOf(value) });
        set.Bind(Values.OptionalNumber("--momentum", "The momentum of momentum, nesterov and rmsprop [default: 0.9, of rmsprop none]", Values.Above0, 0.9999),
            (options, value) => options with { Momentum = (float?)value });
        set.Bind(Values.OptionalNumber("--beta1", "What adam and adamw keep of the gradients' mean a step [default: 0.9]", 0, 0.999999), (options, value) => options with { Beta1 = value });
        set.Bind(Values.OptionalNumber("--beta2", "What is kept of the squares' mean a step [default: 0.999, rmsprop 0.99, adadelta 0.9]", 0, 0.999999),
            (options, value) => options with { Beta2 = value });
        set.Bind(Values.OptionalNumber("--epsilon", "What adaptive rules add to their divisor [default: 1e-8, adagrad 1e-10, adadelta 1e-6]", Values.Above0, 1),
            (options, value) => options with { Epsilon = (float?)value });
        set.Bind(new Option<bool>("--centered") { Description = "rmsprop divides by the gradients' deviation" }, (options, value) => options with { Centered = value });
    }

    private static void AddSchedule(OptionSet<TrainingOptions> set, TrainingOptions standard)
    {
        set.Bind(
            Values.OneOf("--schedule", "How the learning rate changes", "cosine", "constant", "step", "exponential", "linear", "cosine", "one-cycle", "plateau"), WithSchedule);
        set.Bind(Values.Number("--final-learning-rate", "Where cosine and linear end, and plateau at the least", 0, 1000, standard.FinalLearningRate),
            (options, value) => options with { FinalLearningRate = (float)value });
        set.Bind(Values.Number("--decay", "What step, exponential and plateau multiply the learning rate by", Values.Above0, 1, standard.DecayFactor),
            (options, value) => options with { DecayFactor = (float)value });
        set.Bind(Values.Whole("--decay-epochs", "After how many epochs step multiplies", 1, Many, standard.DecayEpochs), (options, value) => options with { DecayEpochs = value });
        set.Bind(Values.Whole("--decay-patience", "Epochs in a row without a lower validation loss that plateau bears", 0, Many, standard.DecayPatience),
            (options, value) => options with { DecayPatience = value });
        set.Bind(Values.Number("--one-cycle-rise", "The part of the run during which one-cycle rises", 0.001, 0.999, standard.OneCycleRise),
            (options, value) => options with { OneCycleRise = value });
        set.Bind(Values.Whole("--warmup", "Steps at the beginning over which the learning rate rises", 0, int.MaxValue, standard.WarmupSteps),
            (options, value) => options with { WarmupSteps = value });
    }

    private static void AddPenalties(OptionSet<TrainingOptions> set, TrainingOptions standard)
    {
        set.Bind(Values.OptionalNumber("--weight-decay", "What part of each weight is added to its gradient, or by adamw taken from it [default: 0, adamw 0.01]", 0, 1),
            (options, value) => options with { WeightDecay = (float?)value });
        set.Bind(Values.Number("--l1", "The weight of a penalty on the weights' absolute values", 0, 1, standard.L1), (options, value) => options with { L1 = (float)value });
        set.Bind(Values.Number("--l2", "The weight of a penalty on half the weights' squares", 0, 1, standard.L2), (options, value) => options with { L2 = (float)value });
        set.Bind(Values.Groups(), (options, value) => options with { Groups = value });
    }

    private static void AddClipping(OptionSet<TrainingOptions> set, TrainingOptions standard)
    {
        set.Bind(Values.Number("--clip", "Scale all gradients down together to at most this norm; 0 for no limit", 0, double.MaxValue, standard.ClipNorm ?? 0),
            (options, value) => options with { ClipNorm = value == 0 ? null : (float)value });
        set.Bind(Values.OptionalNumber("--clip-value", "Cut each gradient to within this distance of zero [default: no limit]", Values.Above0, double.MaxValue),
            (options, value) => options with { ClipValue = (float?)value });
        set.Bind(Values.OptionalNumber("--clip-update", "Cut each weight's change in a step to within this distance of zero [default: no limit]", Values.Above0, double.MaxValue),
            (options, value) => options with { ClipUpdate = (float?)value });
    }

    private static OptimizerKind KindOf(string name) => name switch
    {
        "sgd" => OptimizerKind.Sgd,
        "momentum" => OptimizerKind.Momentum,
        "nesterov" => OptimizerKind.Nesterov,
        "adagrad" => OptimizerKind.AdaGrad,
        "rmsprop" => OptimizerKind.RmsProp,
        "adadelta" => OptimizerKind.AdaDelta,
        "adamw" => OptimizerKind.AdamW,
        _ => OptimizerKind.Adam,
    };

    /// <summary>Exponential is a step after every epoch.</summary>
    private static TrainingOptions WithSchedule(TrainingOptions options, string value) => value switch
    {
        "constant" => options with { Decay = LearningRateDecay.Constant },
        "step" => options with { Decay = LearningRateDecay.Step },
        "exponential" => options with { Decay = LearningRateDecay.Step, DecayEpochs = 1 },
        "linear" => options with { Decay = LearningRateDecay.Linear },
        "one-cycle" => options with { Decay = LearningRateDecay.OneCycle },
        "plateau" => options with { Decay = LearningRateDecay.Plateau },
        _ => options with { Decay = LearningRateDecay.Cosine },
    };
}
