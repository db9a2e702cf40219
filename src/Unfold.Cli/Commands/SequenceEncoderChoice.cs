using System.CommandLine;
using System.CommandLine.Parsing;
using Unfold.Cli.Shell;
using Unfold.Layers;

namespace Unfold.Cli.Commands;

/// <summary>The options that choose a sequence encoder: those of its layers, <c>--bidirectional</c> and <c>--merge</c>.</summary>
internal sealed class SequenceEncoderChoice
{
    private readonly SequenceLayerChoice _layer;
    private readonly Option<bool> _bidirectional;
    private readonly Option<string> _merge = Values.OneOf("--merge", "How the outputs of --bidirectional become one", "concatenate", "concatenate", "sum", "average");

    /// <param name="command">The command that gets the options.</param>
    /// <param name="standard">What the command starts from: recurrent layers.</param>
    public SequenceEncoderChoice(Command command, SequenceEncoderOptions standard)
    {
        _layer = new SequenceLayerChoice(command, (RecurrentOptions)standard.Layer);
        _bidirectional = new("--bidirectional") { Description = $"Each layer reads its input in both directions{(standard.Bidirectional ? " [default: true]" : "")}" };
        command.Add(_bidirectional);
        command.Add(_merge);
    }

    /// <summary>The base, changed by whatever the command says.</summary>
    public SequenceEncoderOptions Apply(ParseResult parsed, SequenceEncoderOptions standard)
    {
        SequenceEncoderOptions options = standard with { Layer = _layer.Apply(parsed, standard.Layer) };
        if (parsed.GetResult(_bidirectional) is OptionResult { Implicit: false })
        {
            options = options with { Bidirectional = parsed.GetValue(_bidirectional) };
        }

        if (parsed.GetResult(_merge) is not OptionResult { Implicit: false })
        {
            return options;
        }

        if (!options.Bidirectional)
        {
            throw new MistakeException("--merge is for --bidirectional: add that");
        }

        return options with
        {
            Merge = parsed.GetValue(_merge) switch { "sum" => DirectionMerge.Sum, "average" => DirectionMerge.Average, _ => DirectionMerge.Concatenate },
        };
    }
}
