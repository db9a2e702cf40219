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
        AddLogs(standard);
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
        _set.Bind(Values.OptionalWhole("--epochs", $"How often the training part is read [default: {standard.Epochs}, less often a long text]", 1, Many),
            (options, value) => value is int epochs ? options with { Epochs = epochs } : options);
        _set.Bind(Values.Whole("--batch", "How many items (stretches of text, images) are read side by side", 1, 65536, standard.Batch), (options, value) => options with { Batch = value });
        _set.Bind(Values.Whole("--accumulate", "Change the weights after this many batches, as by one that is as many times as large", 1, Many, standard.Accumulate),
            (options, value) => options with { Accumulate = value });
        OptimizerOptions.Add(_set, standard);
        _set.Bind(Values.OptionalWhole("--patience", "Stop after this many epochs without a lower validation loss [default: never]", 1, Many),
            (options, value) => options with { Patience = value });
        _set.Bind(Values.Seed("Decides every random choice", standard.Seed), (options, value) => options with { Seed = value });
    }

    private void AddLogs(TrainingOptions standard)
    {
        _set.Bind(Values.Path("--gradient-norms", "Write the norms of each layer's gradients as CSV to this file"), (options, value) =>
        {
            Outputs.Require("--gradient-norms", value);
            return options with { GradientNorms = value };
        });
        _set.Bind(Values.Whole("--gradient-norms-every", "Of how many steps --gradient-norms writes one", 1, int.MaxValue, standard.GradientNormsInterval),
            (options, value) => options with { GradientNormsInterval = value });
        _set.Bind(
            new Option<string?>("--tensorboard") { Description = "Write what training does as events for TensorBoard into this directory", HelpName = "DIR" },
            (options, value) => options with { TensorBoard = value });
    }
}
