using System.CommandLine;
using System.CommandLine.Parsing;
using Unfold.Cells;
using Unfold.Cli.Shell;
using Unfold.Layers;

namespace Unfold.Cli.Commands;

/// <summary>The options that choose a sequence layer: <c>--layer tcn</c>, <c>--cell gru</c> and what belongs to each.</summary>
internal sealed class SequenceLayerChoice
{
    private const string Recurrent = "recurrent";
    private const string Tcn = "tcn";

    private readonly Option<string> _layer = Values.OneOf("--layer", "What reads the sequences", Recurrent, Recurrent, Tcn);
    private readonly Option<string> _cell = new("--cell") { Description = "The cell of recurrent layers: one of the library, or a file of equations [default: gru]", HelpName = "NAME|FILE" };
    private readonly Option<Dictionary<string, double>> _lets = Values.Lets();
    private readonly Option<int?> _hidden = Values.OptionalWhole("--hidden", "Hidden units of each recurrent layer, or channels of each level [default: 128, tcn 25]", 1, 65536);
    private readonly Option<int?> _layers = Values.OptionalWhole("--layers", "Recurrent layers on top of each other [default: 1]", 1, 64);
    private readonly Option<int?> _levels = Values.OptionalWhole("--levels", "Levels of a tcn, each of twice the dilation [default: 8]", 1, 20);
    private readonly Option<int?> _kernel = Values.OptionalWhole("--kernel", "The length of a tcn's kernels [default: 7]", 2, 1024);
    private readonly Option<double> _dropout = Values.Number("--dropout", "The probability with which a number between layers is dropped while training", 0, 0.99, 0);

    public SequenceLayerChoice(Command command)
    {
        foreach (Option option in new Option[] { _layer, _cell, _lets, _hidden, _layers, _levels, _kernel, _dropout })
        {
            command.Add(option);
        }
    }

    /// <summary>What the command chose.</summary>
    public SequenceLayerOptions Read(ParseResult parsed)
    {
        bool isTcn = parsed.GetValue(_layer) == Tcn;
        foreach (Option foreign in isTcn ? new Option[] { _cell, _lets, _layers } : [_levels, _kernel])
        {
            if (parsed.GetResult(foreign) is OptionResult { Implicit: false })
            {
                throw new MistakeException($"{foreign.Name} is for --layer {(isTcn ? Recurrent : Tcn)}, but the layer is {(isTcn ? Tcn : Recurrent)}");
            }
        }

        float dropout = (float)parsed.GetValue(_dropout);
        int? hidden = parsed.GetValue(_hidden);
        if (!isTcn)
        {
            RecurrentOptions recurrent = new(Cell.Load(parsed.GetValue(_cell) ?? "gru", parsed.GetValue(_lets))) { Dropout = dropout };
            return recurrent with { Hidden = hidden ?? recurrent.Hidden, Layers = parsed.GetValue(_layers) ?? recurrent.Layers };
        }

        TemporalConvolutionalOptions tcn = new() { Dropout = dropout };
        return tcn with { Channels = hidden ?? tcn.Channels, Levels = parsed.GetValue(_levels) ?? tcn.Levels, Kernel = parsed.GetValue(_kernel) ?? tcn.Kernel };
    }
}
