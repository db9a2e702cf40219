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
    private readonly Option<string> _cell;
    private readonly Option<Dictionary<string, double>> _lets = Values.Lets();
    private readonly Option<int?> _hidden;
    private readonly Option<int?> _layers = Values.OptionalWhole("--layers", "Recurrent layers on top of each other [default: 1]", 1, 64);
    private readonly Option<bool> _skip = new("--skip-connections") { Description = "Each recurrent layer above the first adds its input to its output" };
    private readonly Option<int?> _levels = Values.OptionalWhole("--levels", "Levels of a tcn, each of twice the dilation [default: 8]", 1, 20);
    private readonly Option<int?> _kernel = Values.OptionalWhole("--kernel", "The length of a tcn's kernels [default: 7]", 2, 1024);
    private readonly Option<double?> _dropout = Values.OptionalNumber("--dropout", "The probability with which a number between layers is dropped while training [default: 0]", 0, 0.99);

    /// <param name="command">The command that gets the options.</param>
    /// <param name="standard">What the command starts from.</param>
    public SequenceLayerChoice(Command command, RecurrentOptions standard)
    {
        _cell = new("--cell") { Description = $"The cell of recurrent layers: one of the library, or a file of equations [default: {standard.Cell.Name}]", HelpName = "NAME|FILE" };
        _hidden = Values.OptionalWhole("--hidden", $"Hidden units of each recurrent layer, or channels of each level [default: {standard.Hidden}, tcn 25]", 1, 65536);
        foreach (Option option in new Option[] { _layer, _cell, _lets, _hidden, _layers, _skip, _levels, _kernel, _dropout })
        {
            command.Add(option);
        }
    }

    /// <summary>The base, changed by whatever the command says; a layer of another kind starts from its own defaults.</summary>
    public SequenceLayerOptions Apply(ParseResult parsed, SequenceLayerOptions standard)
    {
        bool isTcn = IsGiven(parsed, _layer) ? parsed.GetValue(_layer) == Tcn : standard is TemporalConvolutionalOptions;
        foreach (Option foreign in isTcn ? new Option[] { _cell, _lets, _layers, _skip } : [_levels, _kernel])
        {
            if (IsGiven(parsed, foreign))
            {
                throw new MistakeException($"{foreign.Name} is for --layer {(isTcn ? Recurrent : Tcn)}, but the layer is {(isTcn ? Tcn : Recurrent)}");
            }
        }

        int? hidden = parsed.GetValue(_hidden);
        float? dropout = (float?)parsed.GetValue(_dropout);
        if (isTcn)
        {
            TemporalConvolutionalOptions tcn = standard as TemporalConvolutionalOptions ?? new();
            return tcn with
            {
                Channels = hidden ?? tcn.Channels,
                Levels = parsed.GetValue(_levels) ?? tcn.Levels,
                Kernel = parsed.GetValue(_kernel) ?? tcn.Kernel,
                Dropout = dropout ?? tcn.Dropout,
            };
        }

        RecurrentOptions recurrent = standard as RecurrentOptions ?? new(Cell.Named("gru"));
        return recurrent with
        {
            Cell = ChosenCell(parsed, recurrent.Cell),
            Hidden = hidden ?? recurrent.Hidden,
            Layers = parsed.GetValue(_layers) ?? recurrent.Layers,
            SkipConnections = IsGiven(parsed, _skip) ? parsed.GetValue(_skip) : recurrent.SkipConnections,
            Dropout = dropout ?? recurrent.Dropout,
        };
    }

    private static bool IsGiven(ParseResult parsed, Option option) => parsed.GetResult(option) is OptionResult { Implicit: false };

    private Cell ChosenCell(ParseResult parsed, Cell standard) => (parsed.GetValue(_cell), parsed.GetValue(_lets)!) switch
    {
        (null, { Count: 0 }) => standard,
        (null, var lets) => Cell.Parse(standard.Text, standard.Name, lets),
        (string name, var lets) => Cell.Load(name, lets),
    };
}
