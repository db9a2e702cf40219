using System.CommandLine;
using System.CommandLine.Parsing;
using Unfold.Cells;
using Unfold.Cli.Shell;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary><c>--as-sequence</c>: an image is read pixel by pixel, by a layer that is written as any other in the list of layers.</summary>
internal sealed class PixelSequenceOptions
{
    private const string Tcn = "tcn";

    private readonly Option<bool> _asSequence = new("--as-sequence") { Description = "Read each image pixel by pixel, row by row, with the cell of --cell or with --layer tcn" };
    private readonly Option<string> _layer = Values.OneOf("--layer", "What reads the pixels of --as-sequence", "recurrent", "recurrent", Tcn);
    private readonly Option<string> _cell = new("--cell") { Description = "A cell of the library for --as-sequence [default: gru]", HelpName = "NAME" };
    private readonly Option<int?> _hidden = Values.OptionalWhole("--hidden", "Hidden units or channels for --as-sequence [default: 128, tcn 25]", 1, 65536);
    private readonly Option<string> _layers;

    public PixelSequenceOptions(Command command, Option<string> layers)
    {
        _layers = layers;
        foreach (Option option in new Option[] { _asSequence, _layer, _cell, _hidden })
        {
            command.Add(option);
        }
    }

    /// <summary>The base with the layers that the command chose; and, unless it says otherwise, clipping, without which gradients through hundreds of steps may explode.</summary>
    public ImageClassifierOptions Apply(ParseResult parsed, ImageClassifierOptions options)
    {
        bool isTcn = parsed.GetValue(_layer) == Tcn;
        if (!parsed.GetValue(_asSequence))
        {
            if (new Option[] { _layer, _cell, _hidden }.FirstOrDefault(IsGiven) is Option lost)
            {
                throw new MistakeException($"{lost.Name} is for --as-sequence: add that, or write the layer into --layers");
            }

            return options;
        }

        if (IsGiven(_layers) || (isTcn && IsGiven(_cell)))
        {
            string other = IsGiven(_layers) ? _layers.Name : _cell.Name;
            throw new MistakeException(other == _cell.Name ? "--cell is for --layer recurrent, but the layer is tcn" : "--as-sequence chooses the layers: leave out --layers");
        }

        string cell = parsed.GetValue(_cell) ?? "gru";
        if (!Cell.Names.Contains(cell))
        {
            throw new MistakeException($"--cell expects a cell of the library, but got '{cell}'{Suggestions.DidYouMean(cell, Cell.Names)}");
        }

        int? hidden = parsed.GetValue(_hidden);
        return options with
        {
            Layers = isTcn ? $"tcn {hidden ?? 25} levels 8 kernel 7 last" : $"recurrent {hidden ?? 128} {cell} last",
            ClipNorm = options.ClipNorm ?? 1,
        };

        bool IsGiven(Option option) => parsed.GetResult(option) is OptionResult { Implicit: false };
    }
}
