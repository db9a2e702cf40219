using System.CommandLine;
using Unfold.Cells;
using Unfold.Cli.Shell;
using Unfold.Data;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary>The options of <c>unfold train text</c> that change the model and its training.</summary>
internal sealed class TextOptions
{
    private static readonly LanguageModelOptions Standard = new();

    private readonly OptionSet<LanguageModelOptions> _model;
    private readonly CommonOptions _common;
    private readonly Option<string> _cell;
    private readonly Option<Dictionary<string, double>> _lets;

    public TextOptions(Command command)
    {
        _model = new OptionSet<LanguageModelOptions>(command);
        _cell = new Option<string>("--cell") { Description = "A cell of the library, or a file of equations [default: lstm]", HelpName = "NAME|FILE" };
        _lets = Values.Lets();
        command.Add(_cell);
        command.Add(_lets);
        AddModel();
        AddText();
        _common = new CommonOptions(command, Standard);
    }

    /// <summary>The base, changed by whatever the command says.</summary>
    public LanguageModelOptions Apply(ParseResult parsed, LanguageModelOptions standard)
    {
        var options = (LanguageModelOptions)_common.Apply(parsed, _model.Apply(parsed, standard));
        return (parsed.GetValue(_cell), parsed.GetValue(_lets)!) switch
        {
            (null, { Count: 0 }) => options,
            (null, var lets) => options with { Cell = Cell.Parse(options.Cell.Text, options.Cell.Name, lets) },
            (string name, var lets) => options with { Cell = Cell.Load(name, lets) },
        };
    }

    /// <summary>With how many seeds to train.</summary>
    public int Seeds(ParseResult parsed) => _common.Seeds(parsed);

    private void AddText()
    {
        _model.Bind(Values.OneOf("--tokens", "What the model reads one of at a time", "char", "char", "word"), (options, value) => options with
        {
            Tokens = value == "word" ? TokenKind.Word : TokenKind.Character,
        });
        _model.Bind(Values.OptionalWhole("--vocabulary", "The most tokens in the vocabulary, the commonest first [default: all characters, or 10,000 words]", 2, 10_000_000),
            (options, value) => options with { VocabularySize = value });
        _model.Bind(Values.Number("--validation", "The share of the text, from its end, that is held out", 0, 0.9, Standard.Validation),
            (options, value) => options with { Validation = value });
    }

    private void AddModel()
    {
        _model.Bind(Values.Whole("--hidden", "Hidden units of each recurrent layer", 1, 65536, Standard.Hidden), (options, value) => options with { Hidden = value });
        _model.Bind(Values.Whole("--layers", "Recurrent layers on top of each other", 1, 64, Standard.Layers), (options, value) => options with { Layers = value });
        _model.Bind(Values.OptionalWhole("--embedding", "The size of a token's vector [default: as --hidden]", 1, 65536), (options, value) => options with { Embedding = value });
        _model.Bind(new Option<bool>("--skip-connections") { Description = "Each layer above the first adds its input to its output" },
            (options, value) => options with { SkipConnections = value });
        _model.Bind(Values.Number("--dropout", "The probability with which a number between layers is dropped while training", 0, 0.99, Standard.Dropout),
            (options, value) => options with { Dropout = (float)value });
        _model.Bind(Values.Number("--dropout-edges", "The same before the first recurrent layer and before the output; for words", 0, 0.99, Standard.EdgeDropout),
            (options, value) => options with { EdgeDropout = (float)value });
        _model.Bind(Values.Whole("--unroll", "How many tokens the gradient goes back", 1, 65536, Standard.Unroll), (options, value) => options with { Unroll = value });
        _model.Bind(new Option<bool>("--recompute") { Description = "Keep less of the recurrent layers' steps and compute it again: less memory for long unrolls" },
            (options, value) => options with { Recompute = value });
    }
}
