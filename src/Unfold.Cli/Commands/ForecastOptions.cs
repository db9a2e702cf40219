using System.CommandLine;
using System.Globalization;
using Unfold.Cli.Shell;
using Unfold.Layers;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary>The options of <c>unfold train forecast</c> that change the model and its training.</summary>
internal sealed class ForecastOptions
{
    private static readonly ForecasterOptions Standard = new();
    private static readonly char[] PartSeparators = ['/', ',', ' '];

    private readonly OptionSet<ForecasterOptions> _model;
    private readonly SequenceLayerChoice _layer;
    private readonly CommonOptions _common;

    public ForecastOptions(Command command)
    {
        _model = new OptionSet<ForecasterOptions>(command);
        _model.Bind(Values.Whole("--horizon", "How many steps are forecast", 1, 10_000, Standard.Horizon), (options, value) => options with { Horizon = value });
        _model.Bind(Values.Whole("--look-back", "On how many steps a forecast looks back", 1, 10_000, Standard.LookBack), (options, value) => options with { LookBack = value });
        _model.Bind(Values.Whole("--segment", "How many steps are read and written at once; a divisor of both", 1, 10_000, Standard.Segment), (options, value) => options with { Segment = value });
        AddParts();
        AddForm();
        _layer = new SequenceLayerChoice(command, (RecurrentOptions)Standard.Layer);
        _common = new CommonOptions(command, Standard);
    }

    /// <summary>With how many seeds to train, from that of the options on.</summary>
    public int Seeds(ParseResult parsed) => _common.Seeds(parsed);

    /// <summary>The base, changed by whatever the command says.</summary>
    public ForecasterOptions Apply(ParseResult parsed, ForecasterOptions standard) =>
        (ForecasterOptions)_common.Apply(parsed, _model.Apply(parsed, standard with { Layer = _layer.Apply(parsed, standard.Layer) }));

    private void AddParts()
    {
        var split = new Option<string>("--split")
        {
            Description = "The parts to train on, for validation and to test on, in the order of time: shares of the steps, or numbers of them as in 8640/2880/2880 [default: 0.7/0.1/0.2]",
            HelpName = "TRAIN/VALIDATION/TEST",
        };
        _model.Bind(split, (options, value) =>
        {
            double[] parts = Numbers("--split", value);
            return parts.Length == 3
                ? options with { TrainingPart = parts[0], ValidationPart = parts[1], TestPart = parts[2] }
                : throw new MistakeException($"--split expects three numbers, as in 0.7/0.1/0.2, but got '{value}'");
        });
        var quantiles = new Option<string>("--quantiles") { Description = "Forecast these quantiles, as in 0.1,0.5,0.9, by the pinball loss [default: points alone]", HelpName = "LIST" };
        _model.Bind(quantiles, (options, value) => options with { Quantiles = [.. Numbers("--quantiles", value).Select(number => (float)number)] });
    }

    private void AddForm()
    {
        _model.Bind(new Option<bool>("--joint") { Description = "Read and forecast all variables together [default: each alone, by the same weights]" }, (options, value) => options with { Joint = value });
        _model.Bind(Values.OneOf("--view", "From where a window is seen: as it is, from its last value, or from its mean in its deviations", "last", "as-is", "last", "standardized"),
            (options, value) => options with { View = value switch { "as-is" => WindowView.AsIs, "standardized" => WindowView.Standardized, _ => WindowView.FromLast } });
        _model.Bind(Values.OneOf("--loss", "What training makes small", "squared", "squared", "absolute"),
            (options, value) => options with { Loss = value == "absolute" ? ForecastLoss.Absolute : ForecastLoss.Squared });
        _model.Bind(Values.OptionalWhole("--embedding", "The size of a segment's vector [default: as many as hidden units]", 2, 65536), (options, value) => options with { Embedding = value });
        _model.Bind(Values.Number("--dropout-output", "The probability with which an output of the layer is dropped while training", 0, 0.99, Standard.OutputDropout),
            (options, value) => options with { OutputDropout = (float)value });
    }

    private static double[] Numbers(string option, string text) =>
        [.. text.Split(PartSeparators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(part =>
            double.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : throw new MistakeException($"{option} expects numbers, but got '{part}'"))];
}
