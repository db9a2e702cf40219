using Unfold.Data;
using Unfold.Models;
using Unfold.Training;

namespace Unfold.Tests.Models;

public sealed class LanguageModelTests : IDisposable
{
    private static readonly string Text = TinyText.Sentences(120);
    private static readonly Lazy<LanguageModel> Trained = new(() => LanguageModel.Train(Text, TinyText.Options));

    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-model-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Training_learns_far_more_than_frequencies()
    {
        TrainingReport report = Trained.Value.Report;
        Assert.Equal("text", report.Task);
        Assert.Equal([1, 2, 3, 4], report.Epochs.Select(epoch => epoch.Epoch));
        Assert.True(report.Final["validation_loss"] < 0.6 * report.Final["unigram_loss"], report.ToJson());
        Assert.True(report.Epochs[^1].ValidationLoss < report.Epochs[0].ValidationLoss);
        Assert.Equal(Math.Exp(report.Final["validation_loss"]), report.Final["perplexity"], 9);
        Assert.Equal(report.Final["validation_loss"], report.Epochs[^1].ValidationLoss!.Value, 5);
        Assert.InRange(report.Final["accuracy"], 0.4, 1);
    }

    [Fact]
    public void The_same_seed_gives_the_same_model_and_another_seed_another()
    {
        LanguageModelOptions options = TinyText.Options with { Epochs = 1, Dropout = 0.2f, Layers = 2 };
        LanguageModel first = LanguageModel.Train(Text, options);
        Assert.Equal(Bytes(first), Bytes(LanguageModel.Train(Text, options)));
        Assert.NotEqual(first.Report.Epochs[0].TrainLoss, LanguageModel.Train(Text, options with { Seed = 8 }).Report.Epochs[0].TrainLoss);
    }

    [Fact]
    public void Save_load_save_gives_identical_bytes_and_the_same_scores()
    {
        byte[] first = Bytes(Trained.Value);
        LanguageModel loaded = LanguageModel.Load(Path.Combine(_folder, "model.safetensors"));
        Assert.Equal(first, Bytes(loaded));
        string text = TinyText.Sentences(3);
        Assert.Equal(Trained.Value.Score(text).Whole, loaded.Score(text).Whole);
        Assert.Equal(Trained.Value.Vocabulary.Tokens, loaded.Vocabulary.Tokens);
        Assert.Equal(Trained.Value.Report.Final, loaded.Report.Final);
        Assert.Null(loaded.Report.Seconds);
    }

    [Fact]
    public void Generation_is_decided_by_its_seed_and_its_options()
    {
        LanguageModel model = Trained.Value;
        GenerationOptions options = new() { Prompt = "the cat ", Length = 60, Seed = 3 };
        string written = string.Concat(model.Generate(options));
        Assert.Equal(60, written.Length);
        Assert.Equal(written, string.Concat(model.Generate(options)));
        Assert.NotEqual(written, string.Concat(model.Generate(options with { Seed = 4 })));
        string greedy = string.Concat(model.Generate(options with { Greedy = true }));
        Assert.Equal(greedy, string.Concat(model.Generate(options with { TopK = 1 })));
        Assert.Equal(greedy, string.Concat(model.Generate(options with { TopP = 1e-9 })));
        Assert.Equal(greedy, string.Concat(model.Generate(options with { Temperature = 1e-4 })));
        Assert.Empty(model.Generate(options with { Length = 0 }));
    }

    [Fact]
    public void A_longer_text_begins_as_a_shorter_one_and_goes_on_as_if_prompted()
    {
        LanguageModel model = Trained.Value;
        GenerationOptions options = new() { Prompt = "a dog", Length = 40, Greedy = true };
        string written = string.Concat(model.Generate(options));
        Assert.Equal(written[..15], string.Concat(model.Generate(options with { Length = 15 })));
        Assert.Equal(written[15..], string.Concat(model.Generate(options with { Prompt = "a dog" + written[..15], Length = 25 })));
    }

    [Fact]
    public async Task Asynchronous_generation_gives_the_same_text_and_can_be_cancelled()
    {
        GenerationOptions options = new() { Length = 20, Seed = 5 };
        List<string> tokens = [];
        await foreach (string token in Trained.Value.GenerateAsync(options))
            tokens.Add(token);
        Assert.Equal(Trained.Value.Generate(options), tokens);

        using CancellationTokenSource source = new();
        int count = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (string _ in Trained.Value.GenerateAsync(options, source.Token))
            {
                if (++count == 3)
                    await source.CancelAsync();
            }
        });
        Assert.Equal(3, count);
    }

    [Fact]
    public void Many_threads_may_use_a_model_at_once()
    {
        string text = TinyText.Sentences(20);
        string[] expected = [.. Enumerable.Range(0, 8).Select(seed => Written((ulong)seed))];
        double score = Trained.Value.Score(text).Whole.LogProbability;
        Parallel.For(0, 32, i =>
        {
            Assert.Equal(expected[i % 8], Written((ulong)i % 8));
            Assert.Equal(score, Trained.Value.Score(text).Whole.LogProbability);
        });

        static string Written(ulong seed) => string.Concat(Trained.Value.Generate(new GenerationOptions { Seed = seed, Length = 50 }));
    }

    [Fact]
    public void Lines_add_up_to_the_whole_and_to_the_evaluation()
    {
        string text = TinyText.Sentences(30);
        TextScores scores = Trained.Value.Score(text);
        Evaluation evaluation = Trained.Value.Evaluate(text);
        Assert.Equal(30, scores.Lines.Count);
        Assert.Equal(text, string.Concat(scores.Lines.Select(line => line.Text + "\n")));
        Assert.Equal(scores.Lines.Sum(line => line.LogProbability), scores.Whole.LogProbability, 9);
        Assert.Equal(evaluation.Loss, scores.Whole.Loss, 9);
        Assert.Equal((text.Length, text.Length), (evaluation.Tokens, evaluation.Characters));
        Assert.Equal(evaluation.BitsPerCharacter, evaluation.Loss / Math.Log(2), 9);
        Assert.True(evaluation.UnigramLoss > evaluation.Loss);
    }

    [Fact]
    public void The_state_is_carried_over_the_whole_text()
    {
        string first = TinyText.Sentences(40);
        const string Second = "the cat sat on the moon\n";
        TextScore alone = Trained.Value.Score(Second).Whole;
        TextScores both = Trained.Value.Score(first + Second);
        Assert.NotEqual(alone.LogProbability, both.Lines[^1].LogProbability);
        Assert.Equal(alone.LogProbability, Trained.Value.Score(first + Second, carryState: false).Lines[^1].LogProbability, 5);
    }

    [Fact]
    public void Evaluation_by_lanes_is_close_to_the_exact_one()
    {
        string text = TinyText.Sentences(400);
        int[] tokens = Trained.Value.Vocabulary.Encode(text);
        TokenScorer scorer = new(Trained.Value.Network, Trained.Value.Vocabulary.LineEnd);
        long last = 0;
        double byLanes = scorer.MeanLoss(tokens, done => last = done, CancellationToken.None);
        Assert.Equal(tokens.Length, last);
        Assert.InRange(byLanes - Trained.Value.Evaluate(text).Loss, -1e-4, 1e-4);
    }

    [Fact]
    public void A_likely_sentence_is_more_likely_than_the_same_letters_in_another_order()
    {
        TextScores scores = Trained.Value.Score("the cat sat on the mat\nthe tac tas no the tam\n", carryState: false);
        Assert.True(scores.Lines[0].LogProbability > scores.Lines[1].LogProbability + 5);
        Assert.True(scores.Lines[0].Perplexity < scores.Lines[1].Perplexity);
    }

    [Fact]
    public void Words_are_learnt_generated_and_scored()
    {
        LanguageModel model = LanguageModel.Train(TinyText.Sentences(300), TinyText.Options with { Tokens = TokenKind.Word, LearningRate = 0.02f });
        Assert.Equal("<unk>", model.Vocabulary.Tokens[0]);
        Assert.True(model.Report.Final["perplexity"] < 0.5 * model.Report.Final["unigram_perplexity"], model.Report.ToJson());
        string written = string.Concat(model.Generate(new GenerationOptions { Prompt = "the cat", Length = 30 }));
        Assert.StartsWith(" ", written);
        Assert.DoesNotContain("  ", written);
        Assert.DoesNotContain("\n ", written);
        Assert.All(written.Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries), word => Assert.Contains(word, model.Vocabulary.Tokens));
        TextScores scores = model.Score("the zebra sat\n");
        Assert.Equal((4, 1, 14), (scores.Whole.Tokens, scores.Whole.UnknownTokens, scores.Whole.Characters));
    }

    [Fact]
    public void Mistakes_are_named_in_one_sentence()
    {
        LanguageModel model = Trained.Value;
        Assert.Contains("'Z', U+005A, at line 1, column 5", Assert.Throws<InputException>(() => model.Generate(new GenerationOptions { Prompt = "the Zoo" })).Message);
        Assert.Contains("empty", Assert.Throws<InputException>(() => model.Score("")).Message);
        Assert.Equal("Temperature must be a number above 0, but is 0.",
            Assert.Throws<OptionException>(() => model.Generate(new GenerationOptions { Temperature = 0 })).Message);
        Assert.Equal("TopP must be a number above 0, at most 1, but is 1.5.",
            Assert.Throws<OptionException>(() => model.Generate(new GenerationOptions { TopP = 1.5 })).Message);
        Assert.Equal("Hidden", Assert.Throws<OptionException>(() => LanguageModel.Train(Text, TinyText.Options with { Hidden = 0 })).Option);
        Assert.Equal("The text is too short: its training part has 45 tokens, and a batch of 4 stretches of 16 needs 65. Give more text, or a smaller batch or unroll.",
            Assert.Throws<InputException>(() => LanguageModel.Train(Text[..50], TinyText.Options)).Message);
        Assert.Equal("Batch", Assert.Throws<OptionException>(() => LanguageModel.Train(Text, TinyText.Options with { Batch = 1 << 14, Unroll = 1 << 14 })).Option);
        Assert.Contains("diverged", Assert.Throws<TrainingException>(() =>
            LanguageModel.Train(Text, TinyText.Options with { Optimizer = OptimizerKind.Sgd, LearningRate = 1e38f, ClipNorm = null })).Message);
    }

    [Fact]
    public void A_description_has_layers_equations_vocabulary_and_training()
    {
        string description = Trained.Value.Describe();
        foreach (string part in (string[])["language model of characters", "encoder.weight", "decoder.bias", "h' = o * tanh(c')", "vocabulary: 17 characters", "\\n ' ' a b", "final perplexity"])
            Assert.Contains(part, description);
        Assert.DoesNotContain("\n\n\n", description);
    }

    private byte[] Bytes(LanguageModel model)
    {
        string path = Path.Combine(_folder, "model.safetensors");
        model.Save(path);
        return File.ReadAllBytes(path);
    }
}
