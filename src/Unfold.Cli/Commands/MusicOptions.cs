using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Layers;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary>The options of <c>unfold train music</c> that change the model and its training.</summary>
internal sealed class MusicOptions
{
    private static readonly MusicModelOptions Standard = new();

    private readonly OptionSet<MusicModelOptions> _model;
    private readonly SequenceLayerChoice _layer;
    private readonly CommonOptions _common;

    public MusicOptions(Command command)
    {
        _model = new OptionSet<MusicModelOptions>(command);
        _model.Bind(Values.Whole("--transpose", "By how many semitones, at most, a piece is moved up or down in training", 0, 11, Standard.Transpose), (options, value) => options with { Transpose = value });
        _model.Bind(Values.Number("--dropout-input", "The probability with which an input note is left out while training", 0, 0.99, Standard.InputDropout),
            (options, value) => options with { InputDropout = (float)value });
        _model.Bind(Values.Number("--dropout-output", "The probability with which an output of the layer is dropped while training", 0, 0.99, Standard.OutputDropout),
            (options, value) => options with { OutputDropout = (float)value });
        _model.Bind(Values.Whole("--steps-per-quarter", "How many steps of the file a quarter note has, for unfold generate", 1, 48, Standard.StepsPerQuarter),
            (options, value) => options with { StepsPerQuarter = value });
        _layer = new SequenceLayerChoice(command, (RecurrentOptions)Standard.Layer);
        _common = new CommonOptions(command, Standard);
    }

    /// <summary>With how many seeds to train, from that of the options on.</summary>
    public int Seeds(ParseResult parsed) => _common.Seeds(parsed);

    /// <summary>The base, changed by whatever the command says.</summary>
    public MusicModelOptions Apply(ParseResult parsed, MusicModelOptions standard) =>
        (MusicModelOptions)_common.Apply(parsed, _model.Apply(parsed, standard with { Layer = _layer.Apply(parsed, standard.Layer) }));
}
