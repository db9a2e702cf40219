using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Data.Sequences;

namespace Unfold.Cli.Commands;

/// <summary>The options that say what files of sequences do not say about themselves.</summary>
internal sealed class SequenceFileChoice
{
    private readonly Option<string?> _pattern = Named("--pattern", "PATTERN", "Which files of a directory of sequences are read, as in \"*.txt\" [default: all but *.md]");
    private readonly Option<string?> _text = Named("--text-column", "COLUMN", "The CSV column of texts, by name or number [default: text]");
    private readonly Option<string?> _label = Named("--label-column", "COLUMN", "The CSV column of labels, by name or number [default: label or class, else the first]");
    private readonly Option<string?> _sequence = Named("--sequence-column", "COLUMN", "The CSV column whose value the steps of one series share, where each line is a step [default: a series a line]");

    public SequenceFileChoice(Command command)
    {
        foreach (Option option in new Option[] { _pattern, _text, _label, _sequence })
        {
            command.Add(option);
        }
    }

    /// <summary>What the command says.</summary>
    public SequenceFileOptions Options(ParseResult parsed) => new()
    {
        Pattern = parsed.GetValue(_pattern),
        TextColumn = parsed.GetValue(_text),
        LabelColumn = parsed.GetValue(_label),
        SequenceColumn = parsed.GetValue(_sequence),
    };

    /// <summary>An option whose value is a text that must not be empty.</summary>
    public static Option<string?> Named(string name, string value, string description)
    {
        Option<string?> option = Values.Path(name, description);
        option.HelpName = value;
        return option;
    }
}
