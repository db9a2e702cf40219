using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary>The options of <c>unfold train image</c> that change the model and its training.</summary>
internal sealed class ImageOptions
{
    private static readonly ImageClassifierOptions Standard = new();

    private readonly OptionSet<ImageClassifierOptions> _model;
    private readonly PixelSequenceOptions _sequence;
    private readonly CommonOptions _common;

    public ImageOptions(Command command)
    {
        _model = new OptionSet<ImageClassifierOptions>(command);
        Option<string> layers = new("--layers")
        {
            Description = "The layers without the last, which has an output for each class and is added, as in \"conv 3x3 32, relu, pool 2\" [default: two convolutions and 128 units]",
            HelpName = "LIST",
        };
        _model.Bind(layers, (options, value) => options with { Layers = value });
        _sequence = new PixelSequenceOptions(command, layers);
        _model.Bind(Augment(), (options, value) => options with { Augment = value });
        _model.Bind(Values.OptionalNumber("--validation", "The share of the training images that is held out [default: 0.1 where there are none to test on, else 0]", 0, 0.9),
            (options, value) => options with { Validation = value });
        _common = new CommonOptions(command, Standard);
    }

    /// <summary><c>--augment LIST</c>.</summary>
    public static Option<string> Augment() => new("--augment")
    {
        Description = "What is done to training images at random, as in \"rotate 10, translate 2, scale 0.1, noise 0.02\" [default: nothing]",
        HelpName = "LIST",
    };

    /// <summary>With how many seeds to train, from that of the options on.</summary>
    public int Seeds(ParseResult parsed) => _common.Seeds(parsed);

    /// <summary>The base, changed by whatever the command says.</summary>
    public ImageClassifierOptions Apply(ParseResult parsed, ImageClassifierOptions standard) =>
        (ImageClassifierOptions)_common.Apply(parsed, _model.Apply(parsed, _sequence.Apply(parsed, standard)));
}
