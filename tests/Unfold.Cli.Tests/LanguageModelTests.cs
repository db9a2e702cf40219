using System.Text.Json;

namespace Unfold.Cli.Tests;

/// <summary>The main job from end to end: train, generate, score, evaluate, inspect.</summary>
public sealed class LanguageModelTests : IClassFixture<TrainedModel>
{
    private readonly TrainedModel _trained;

    public LanguageModelTests(TrainedModel trained) => _trained = trained;

    [Fact]
    public void TrainingShowsEpochsAndASample()
    {
        Assert.Contains("epoch 1/6  train loss ", _trained.Output);
        Assert.Contains("epoch 6/6  train loss ", _trained.Output);
        Assert.Contains("validation loss", _trained.Output);
        Assert.Contains("bits a character", _trained.Output);
        Assert.Contains("saved as model.safetensors", _trained.Output);
        string sample = _trained.Output.Split("\n\n", 2)[1];
        Assert.InRange(sample.Length, 100, 102);
        Assert.False(File.Exists(_trained.Folder["model.safetensors.checkpoint"]), "the checkpoint is left behind");
    }

    [Fact]
    public void TheReportHasTheUsualNames()
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(_trained.Folder["report.json"]));
        JsonElement root = report.RootElement;
        Assert.Equal("text", root.GetProperty("task").GetString());
        Assert.StartsWith("unfold train text ", root.GetProperty("command").GetString());
        Assert.Equal(7, root.GetProperty("seed").GetInt64());
        Assert.Equal(2, root.GetProperty("threads").GetInt64());
        Assert.True(root.GetProperty("parameters").GetInt64() > 1000);
        JsonElement[] epochs = [.. root.GetProperty("epochs").EnumerateArray()];
        Assert.Equal([1, 2, 3, 4, 5, 6], epochs.Select(epoch => epoch.GetProperty("epoch").GetInt32()));
        Assert.True(epochs[^1].GetProperty("train_loss").GetDouble() < epochs[0].GetProperty("train_loss").GetDouble());
        Assert.True(epochs[^1].GetProperty("validation_loss").GetDouble() < epochs[0].GetProperty("validation_loss").GetDouble());
        Assert.All(epochs, epoch => Assert.True(epoch.GetProperty("seconds").GetDouble() > 0));
        JsonElement final = root.GetProperty("final");
        double loss = final.GetProperty("validation_loss").GetDouble();
        Assert.Equal(Math.Exp(loss), final.GetProperty("perplexity").GetDouble(), 1e-3);
        Assert.Equal(loss / Math.Log(2), final.GetProperty("bits_per_character").GetDouble(), 1e-3);
        Assert.True(root.GetProperty("items_per_second").GetDouble() > 0);
        Assert.True(root.GetProperty("seconds").GetDouble() > 0);
    }

    [Fact]
    public void GeneratingGoesOnFromThePrompt()
    {
        string text = Run("generate", "model.safetensors", "--prompt", "the cat", "--length", "200", "--greedy");
        Assert.StartsWith("the cat", text);
        Assert.Equal("the cat".Length + 200 + 1, text.Length);
        Assert.Contains("the ", text[10..]);
    }

    [Fact]
    public void TheSameSeedWritesTheSameText()
    {
        string[] arguments = ["generate", "model.safetensors", "--length", "100", "--temperature", "1.5", "--top-k", "8", "--top-p", "0.95", "--seed"];
        Assert.Equal(Run([.. arguments, "3"]), Run([.. arguments, "3"]));
        Assert.NotEqual(Run([.. arguments, "3"]), Run([.. arguments, "4"]));
    }

    [Fact]
    public void APromptMayBeginWithAnything()
    {
        using UnfoldProcess run = UnfoldProcess.Run(_trained.Folder.Path, "generate", "model.safetensors", "--length", "1", "--prompt", "@the");
        Assert.Equal(2, run.ExitCode);
        Assert.StartsWith("unfold: --prompt: ", run.Error);
        Assert.Contains("'@'", run.Error);
        Assert.Single(run.Error.TrimEnd().Split('\n'));
    }

    [Fact]
    public void ScoringTellsWhichSentenceIsLikelier()
    {
        _trained.Folder.Write("sentences.txt", "the cat sat on the mat.\ntam eht no tas tac eht.\n");
        string[] lines = Run("score", "model.safetensors", "sentences.txt", "--lines-alone").TrimEnd().Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.EndsWith("the cat sat on the mat.", lines[1]);
        Assert.True(Logarithm(lines[1]) > Logarithm(lines[2]) + 10);
        Assert.Equal(Logarithm(lines[1]) + Logarithm(lines[2]), Logarithm(lines[3]), 1e-3);

        static double Logarithm(string line) => double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]);
    }

    [Fact]
    public void EvaluationBeatsTheUnigramBaseline()
    {
        string[] lines = Run("evaluate", "model.safetensors", "text.txt").Split('\n');
        Assert.True(Value("loss") < Value("unigram_loss") / 2);
        Assert.Equal(Math.Exp(Value("loss")), Value("perplexity"), 1e-3);

        double Value(string name) => double.Parse(lines.First(line => line.StartsWith(name + " ")).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
    }

    [Fact]
    public void InspectingShowsWhatIsInside()
    {
        string text = Run("inspect", "model.safetensors");
        Assert.Contains("lstm", text);
        Assert.Contains("c' = f * c + i * g", text);
        Assert.Contains("decoder.weight", text);
        Assert.Contains("6 of 6 epochs", text);
    }

    private string Run(params string[] arguments)
    {
        using UnfoldProcess run = UnfoldProcess.Run(_trained.Folder.Path, arguments);
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        return run.Output;
    }
}

/// <summary>A small model that has learnt three sentences.</summary>
public sealed class TrainedModel : IDisposable
{
    public TrainedModel()
    {
        Folder.Write("text.txt", Texts.Sentences(600));
        using UnfoldProcess run = UnfoldProcess.Run(
            Folder.Path, "train", "text", "text.txt", "--hidden", "48", "--embedding", "16", "--epochs", "6", "--batch", "8", "--unroll", "32",
            "--learning-rate", "0.01", "--seed", "7", "--report", "report.json", "--sample", "100");
        Assert.Equal("", run.Error);
        Assert.Equal(0, run.ExitCode);
        Output = run.Output;
    }

    internal TemporaryFolder Folder { get; } = new();

    internal string Output { get; }

    public void Dispose() => Folder.Dispose();
}

/// <summary>Texts to learn from.</summary>
internal static class Texts
{
    /// <summary>Sentences of a tiny grammar, a line each, the same every time.</summary>
    public static string Sentences(int count)
    {
        string[] who = ["the cat", "the dog", "a bird"];
        string[] what = ["sat on", "ran to", "saw"];
        string[] where = ["the mat", "the tree", "a house"];
        var random = new Random(1);
        return string.Concat(Enumerable.Range(0, count).Select(_ => $"{who[random.Next(3)]} {what[random.Next(3)]} {where[random.Next(3)]}.\n"));
    }
}
