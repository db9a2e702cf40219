using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Data.Tagging;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold train tag DATA</c>: a network that gives each word of a sentence a label.</summary>
internal static class TrainTagCommand
{
    public static Command Build()
    {
        Argument<string> data = Arguments.File("DATA", "A file of sentences, CoNLL-U (.conllu) or columns; or a directory with files that have train, dev and test in their names");
        var command = new Command("tag", "Train a network that gives each word of a sentence a label: parts of speech, phrases, names") { data };
        Option<string?> held = Values.Path("--dev", "Measure on the sentences of this file after each epoch");
        Option<string?> test = Values.Path("--test", "Test on the sentences of this file at the end");
        var columns = new Option<string?>("--columns") { Description = "The columns that are read, the words first, as numbers from 1 or names of CoNLL-U [default: form; all but the label]", HelpName = "LIST" };
        var label = new Option<string?>("--label") { Description = "The column that is the label [default: upos; the last]", HelpName = "COLUMN" };
        foreach (Option option in new Option[] { held, test, columns, label })
        {
            command.Add(option);
        }

        var options = new TagOptions(command);
        var kept = new RunFileOptions(command);
        command.SetAction(parsed =>
        {
            var run = new TagRun
            {
                Load = () => Load(parsed.GetRequiredValue(data), parsed.GetValue(held), parsed.GetValue(test), parsed.GetValue(columns), parsed.GetValue(label)),
                Files = kept.Apply(parsed, options.Seeds(parsed)),
            };
            return run.Execute(standard => options.Apply(parsed, standard));
        });
        return command;
    }

    private static TaggedFiles Load(string data, string? held, string? test, string? columns, string? label)
    {
        TaggedFiles files = Inputs.Tagged(data, columns, label);
        if ((held is not null && files.Validation is not null) || (test is not null && files.Test is not null))
        {
            throw new MistakeException($"'{data}' has a file for that already: leave out {(held is not null && files.Validation is not null ? "--dev" : "--test")}, or name the file to train on itself");
        }

        return files with
        {
            Validation = held is null ? files.Validation : Inputs.Tagged(held, columns, label).Training,
            Test = test is null ? files.Test : Inputs.Tagged(test, columns, label).Training,
        };
    }
}
