using Unfold.Cells;
using Unfold.Models;
using Unfold.Training;

namespace Unfold.PublicApi.Tests;

/// <summary>What a C# user does with a language model, with nothing but the public surface.</summary>
public sealed class LanguageModelTests : IClassFixture<LanguageModelTests.Trained>
{
    private readonly LanguageModel _model;

    public LanguageModelTests(Trained trained) => _model = trained.Model;

    [Fact]
    public void TokensStreamAsTheyAreChosen()
    {
        string three = string.Concat(_model.Generate(new GenerationOptions { Prompt = "abc", Length = 1_000_000_000, Greedy = true }).Take(3));
        Assert.Equal("abc", three);
    }

    [Fact]
    public async Task StreamingWithoutHoldingAThreadGivesTheSameTextAndCanBeCancelled()
    {
        var options = new GenerationOptions { Prompt = "ab", Length = 40, Seed = 5 };
        string streamed = "";
        await foreach (string token in _model.GenerateAsync(options))
        {
            streamed += token;
        }

        Assert.Equal(string.Concat(_model.Generate(options)), streamed);

        using var cancellation = new CancellationTokenSource();
        int count = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (string token in _model.GenerateAsync(options with { Length = 1_000_000_000 }, cancellation.Token))
            {
                count++;
                if (count == 10)
                {
                    await cancellation.CancelAsync();
                }
            }
        });
        Assert.Equal(10, count);
    }

    [Fact]
    public void TrainingCanBeWatchedAndCancelled()
    {
        using var cancellation = new CancellationTokenSource();
        var watcher = new Watcher(progress =>
        {
            if (progress.Step == 5)
            {
                cancellation.Cancel();
            }
        });
        Assert.ThrowsAny<OperationCanceledException>(() => LanguageModel.Train(Trained.Text, Trained.Options, watcher, cancellation.Token));
        Assert.Equal(5, watcher.LastStep);
    }

    [Fact]
    public void ManyThreadsMayUseOneModel()
    {
        string[] texts = new string[8];
        Parallel.For(0, texts.Length, index => texts[index] = string.Concat(_model.Generate(new GenerationOptions { Length = 50, Seed = 9 })));
        Assert.All(texts, text => Assert.Equal(texts[0], text));
    }

    [Fact]
    public void ALoadedModelIsTheSavedOne()
    {
        string path = Path.GetTempFileName();
        string again = Path.GetTempFileName();
        try
        {
            _model.Save(path);
            LanguageModel loaded = LanguageModel.Load(path);
            loaded.Save(again);
            Assert.Equal(File.ReadAllBytes(path), File.ReadAllBytes(again));
            Assert.Equal(_model.Score("abcabc\n").Whole.LogProbability, loaded.Score("abcabc\n").Whole.LogProbability);
        }
        finally
        {
            File.Delete(path);
            File.Delete(again);
        }
    }

    [Fact]
    public void AnUnknownCharacterIsNamed()
    {
        InputException error = Assert.Throws<InputException>(() => string.Concat(_model.Generate(new GenerationOptions { Prompt = "a€" })));
        Assert.Contains("€", error.Message);
    }

    public sealed class Trained
    {
        public static string Text { get; } = string.Concat(Enumerable.Repeat("abcabcabcabc\n", 200));

        public static LanguageModelOptions Options { get; } = new()
        {
            Cell = Cell.Named("gru"),
            Hidden = 24,
            Embedding = 8,
            Epochs = 6,
            Batch = 8,
            Unroll = 16,
            LearningRate = 0.01f,
        };

        public LanguageModel Model { get; } = LanguageModel.Train(Text, Options);
    }

    private sealed class Watcher(Action<TrainingProgress> see) : IProgress<TrainingProgress>
    {
        public long LastStep { get; private set; }

        public void Report(TrainingProgress value)
        {
            LastStep = value.Step;
            see(value);
        }
    }
}
