namespace Unfold.Cli.Tests;

/// <summary><c>train tag</c>, and what can be done with its models, from end to end.</summary>
public sealed class TagTests
{
    [Fact]
    public void SentencesAreTaggedMeasuredAndStreamed()
    {
        using var folder = new TemporaryFolder();
        string text = string.Concat(Enumerable.Range(0, 40).Select(i => $"the DT B-NP\ndog{i % 7} NN I-NP\nruns VB O\n\n"));
        Directory.CreateDirectory(folder["data"]);
        File.WriteAllText(folder["data/train.txt"], text);
        File.WriteAllText(folder["data/test.txt"], "the DT B-NP\ncat NN I-NP\nruns VB O\n");
        string output = Done(folder, "", "train", "tag", "data", "--crf", "--baseline", "--hidden", "8", "--characters", "8", "--epochs", "20", "--learning-rate", "0.02", "--batch", "8", "--report", "report.json");
        Assert.Contains("to train on: 40 sentences of 120 tokens; to test on: 1 sentences of 3 tokens\n", output);
        Assert.Contains("1 sentences, 3 tokens: loss ", output);
        Assert.Contains("accuracy 100.00 %", output);
        Assert.Contains("\n1 tokens are words never seen in training: accuracy 100.00 %\n", output);
        Assert.Contains("\nbaseline hmm: accuracy ", output);
        Assert.Contains("\"hmm_column2_f1\"", File.ReadAllText(folder["report.json"]));
        Assert.Equal("the DT B-NP\ncat NN I-NP\nruns VB O\n\n", Done(folder, "", "predict", "model.safetensors", "data/test.txt"));
        Assert.Equal("the DT B-NP\nbird NN I-NP\n\nruns VB O\n\n", Done(folder, "the DT\nbird NN\n\nruns VB", "predict", "model.safetensors", "-"));
        Assert.Contains("3 tokens: loss ", Done(folder, "", "evaluate", "model.safetensors", "data/test.txt"));
        Assert.StartsWith("tagger: 3 labels, ", Done(folder, "", "inspect", "model.safetensors"));

        using UnfoldProcess wrong = UnfoldProcess.Feed(folder.Path, "the DT\nbird\n", "predict", "model.safetensors", "-");
        Assert.Equal(("unfold: standard input:2: expected 2 columns, as in line 1, but got 1.\n", 1), (wrong.Error, wrong.ExitCode));
    }

    private static string Done(TemporaryFolder folder, string input, params string[] arguments)
    {
        using UnfoldProcess run = UnfoldProcess.Feed(folder.Path, input, arguments);
        Assert.Equal(("", 0), (run.Error, run.ExitCode));
        return run.Output;
    }
}
