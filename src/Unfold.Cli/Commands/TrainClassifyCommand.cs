using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Data.Sequences;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold train classify DATA</c>: a network that tells the class of a sequence.</summary>
internal static class TrainClassifyCommand
{
    public static Command Build()
    {
        Argument<string> data = Arguments.Sequences();
        var command = new Command("classify", "Train a network that tells the class of a sequence: a series, a text or a recording") { data };
        var files = new SequenceFileChoice(command);
        Option<string?> testPattern = SequenceFileChoice.Named("--test-pattern", "PATTERN", "Which files of a directory are to test on, as in \"*_george_*\"");
        Option<string?> test = SequenceFileChoice.Named("--test", "DATA", "A file or directory of sequences to test on");
        command.Add(test);
        command.Add(testPattern);
        var options = new ClassifyOptions(command);
        Option<int?> folds = Values.OptionalWhole("--folds", "Measure by cross-validation: train so many times, each time with another part held out; no model is kept", 2, 1000);
        command.Add(folds);
        var kept = new RunFileOptions(command);

        command.SetAction(parsed =>
        {
            var run = new ClassifyRun
            {
                Load = multiLabel => Load(
                    parsed.GetRequiredValue(data), parsed.GetValue(test), files.Options(parsed) with { TestPattern = parsed.GetValue(testPattern), MultiLabel = multiLabel }),
                Folds = parsed.GetValue(folds),
                Files = kept.Apply(parsed, options.Seeds(parsed)),
            };
            if (run.Folds is not null && kept.NamesModel(parsed))
            {
                throw new MistakeException("--folds measures and keeps no model: leave out --out, --checkpoint and --resume");
            }

            return run.Execute(standard => options.Apply(parsed, standard));
        });
        return command;
    }

    private static SequenceFiles Load(string data, string? test, SequenceFileOptions options)
    {
        SequenceFiles files = Inputs.Sequences(data, options);
        if (test is null)
        {
            return files;
        }

        if (files.Test is not null)
        {
            throw new MistakeException($"--test names sequences to test on, but '{data}' has some already");
        }

        SequenceFiles other = Inputs.Sequences(test, options);
        return files with { Test = other.Test ?? other.Training };
    }
}
