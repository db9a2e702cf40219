using Unfold.Cells;
using Unfold.Data.Tagging;
using Unfold.Layers;
using Unfold.Models;
using Unfold.Training;

namespace Unfold.Tests.Models;

public sealed class TaggerTests : IDisposable
{
    private static readonly TaggerOptions Options = new()
    {
        Encoder = new SequenceEncoderOptions { Layer = new RecurrentOptions(Cell.Named("gru")) { Hidden = 12 }, Bidirectional = true },
        Embedding = 8,
        Characters = 8,
        CharacterEmbedding = 6,
        ColumnEmbedding = 4,
        EdgeDropout = 0.1f,
        WordDropout = 1,
        Epochs = 12,
        Batch = 8,
        LearningRate = 0.02f,
        Baseline = true,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-tagger-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Labels_that_hang_on_endings_and_on_the_next_word_are_learned(bool crf, bool feedback)
    {
        TaggedFiles files = new(Corpus(200, 1), null, Corpus(60, 2));
        Tagger model = Tagger.Train(files, Options with { Crf = crf, Feedback = feedback, Sampling = feedback ? 0.3f : 0, Beam = feedback ? 3 : 1, Validation = 0 });
        IReadOnlyDictionary<string, double> final = model.Report.Final;
        Assert.True(final["test_accuracy"] > 0.97, $"{final["test_accuracy"]}");
        Assert.True(final["test_accuracy"] > final["hmm_accuracy"] + 0.05 && final["hmm_accuracy"] >= final["most_frequent_accuracy"] && final.ContainsKey("hmm_column2_f1"), string.Join(' ', final));
        TaggerEvaluation found = model.Evaluate(files.Test!);
        Assert.Equal((final["test_accuracy"], final["test_loss"]), (found.Accuracy, found.Loss));
        Assert.Equal(found.Spans!.All.F1, final["test_f1"]);
        Assert.True(found.UnknownWords > 20 && found.UnknownWordsAccuracy > 0.95, $"{found.UnknownWords} {found.UnknownWordsAccuracy}");

        model.Save(At("a.safetensors"));
        Tagger loaded = Tagger.Load(At("a.safetensors"));
        loaded.Save(At("b.safetensors"));
        Assert.Equal(File.ReadAllBytes(At("a.safetensors")), File.ReadAllBytes(At("b.safetensors")));
        IReadOnlyList<IReadOnlyList<string>> together = loaded.Tag(files.Test!.Sentences);
        for (int i = 0; i < together.Count; i++)
            Assert.Equal(together[i], model.Tag([files.Test.Sentences[i]])[0]);
        Assert.Contains(crf ? "ConditionalRandomField(3)" : feedback ? "LabelFeedback(24 -> 3, Recurrent(gru, 28 -> 12))" : "Linear(24 -> 3)", model.Describe());
        Assert.Contains("from 1, 2 to 3", model.Describe());
    }

    [Fact]
    public void Plain_words_are_tagged()
    {
        string path = At("plain.txt");
        File.WriteAllText(path, string.Concat(Enumerable.Repeat("dogs N\nrun V\n\nthe D\ncat N\n\n", 20)));
        Tagger model = Tagger.Train(TaggedFiles.Load(path), Options with { Validation = 0, Baseline = false, Epochs = 8 });
        Assert.Equal(["D", "N"], model.Tag("the", "cat"));
        Assert.Null(model.Measured);
        Assert.Equal("Tagger(1 column -> 3 labels)", model.ToString().Split("  #")[0]);
        Assert.Throws<ArgumentException>(() => model.Tag());
        Assert.Contains("reads 2 columns", Assert.Throws<InputException>(() => Tagger.Train(new TaggedFiles(Corpus(20, 1)), Options with { Epochs = 1 }).Tag("the")).Message);
    }

    [Fact]
    public void Labels_never_seen_are_mistakes_and_counted()
    {
        Tagger model = Tagger.Train(new TaggedFiles(Corpus(40, 1)), Options with { Epochs = 1 });
        File.WriteAllText(At("new.txt"), "waing V B-Y\nwaing V O\n\nwaing V O\n");
        TaggerEvaluation found = model.Evaluate(TaggedCorpus.Load(At("new.txt")));
        Assert.Equal((3L, 1L), (found.Tokens, found.UnknownLabels));
        Assert.True(found.Loss > 0 && found.Accuracy < 1);
        File.WriteAllText(At("new.txt"), "waing V B-Y\n");
        Assert.Null(model.Evaluate(TaggedCorpus.Load(At("new.txt"))).Loss);
    }

    [Fact]
    public void Long_sentences_are_read_in_pieces()
    {
        Tagger model = Tagger.Train(new TaggedFiles(Corpus(40, 1)), Options with { Epochs = 1, MaxSteps = 4 });
        File.WriteAllText(At("long.txt"), string.Concat(Enumerable.Range(0, 10_000).Select(i => $"wa{i}ing V O\n")));
        TaggedSentence sentence = Assert.Single(TaggedCorpus.Load(At("long.txt")).Sentences);
        IReadOnlyList<string> labels = model.Tag([sentence])[0];
        Assert.Equal(10_000, labels.Count);
        Assert.All(labels, label => Assert.Contains(label, model.Labels));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_conditional_random_field_and_feedback_keep_the_rules_of_spans(bool crf)
    {
        Tagger model = Tagger.Train(new TaggedFiles(Corpus(40, 1)), Options with { Epochs = 1, Crf = crf, Feedback = !crf });
        foreach (IReadOnlyList<string> labels in model.Tag(Corpus(50, 9).Sentences))
        {
            for (int i = 0; i < labels.Count; i++)
                Assert.True(labels[i] != "I-X" || (i > 0 && labels[i - 1] != "O"), string.Join(' ', labels));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_resumed_run_ends_bit_for_bit_as_an_uninterrupted_one(bool crf)
    {
        TaggedFiles files = new(Corpus(40, 1));
        TaggerOptions three = Options with { Epochs = 3, Crf = crf, Feedback = !crf, Sampling = crf ? 0 : 0.9f };
        TaggerOptions options = three with { CheckpointPath = At("run.checkpoint"), CheckpointInterval = TimeSpan.Zero };
        Tagger whole = Tagger.Train(files, three);
        using CancellationTokenSource source = new();
        Assert.Throws<OperationCanceledException>(() => Tagger.Train(files, options, new CancelAt(source, 7), source.Token));
        Tagger resumed = Tagger.Train(files, Tagger.ReadCheckpointOptions(At("run.checkpoint")) with { Baseline = true });
        whole.Save(At("a"));
        resumed.Save(At("b"));
        Assert.Equal(File.ReadAllBytes(At("a")), File.ReadAllBytes(At("b")));
        TaggerOptions other = options with { ResumePath = At("run.checkpoint"), Crf = false, Feedback = false, Sampling = 0 };
        Assert.Contains($"{(crf ? "Crf" : "Feedback")} cannot change", Assert.Throws<OptionException>(() => Tagger.Train(files, other)).Message);
        Assert.Contains("other sentences", Assert.Throws<ModelFileException>(() => Tagger.Train(new TaggedFiles(Corpus(41, 1)), options with { ResumePath = At("run.checkpoint") })).Message);
    }

    [Fact]
    public void One_label_is_nothing_to_learn()
    {
        File.WriteAllText(At("a.txt"), "a X\nb X\n\na X\n");
        Assert.Contains("nothing to tell apart: all 3 tokens", Assert.Throws<InputException>(() => Tagger.Train(TaggedFiles.Load(At("a.txt")), Options with { Validation = 0 })).Message);
        Assert.Equal("Sampling", Assert.Throws<OptionException>(() => Tagger.Train(new TaggedFiles(Corpus(20, 1)), Options with { Sampling = 0.1f })).Option);
        Assert.Equal("Beam", Assert.Throws<OptionException>(() => Tagger.Train(new TaggedFiles(Corpus(20, 1)), Options with { Beam = 2 })).Option);
        Assert.Equal("Feedback", Assert.Throws<OptionException>(() => Tagger.Train(new TaggedFiles(Corpus(20, 1)), Options with { Crf = true, Feedback = true })).Option);
        Assert.Equal("LabelSmoothing", Assert.Throws<OptionException>(() => Tagger.Train(new TaggedFiles(Corpus(20, 1)), Options with { Crf = true, LabelSmoothing = 0.1f })).Option);
    }

    [Theory]
    [InlineData("sentences", "{}", "the description of its sentences cannot be read")]
    [InlineData("sentences", """{"conllu":false,"label":2,"spans":false,"inputs":[1,2],"labels":["a"],"characters":[],"columns":[["a"],["b"]]}""", "its columns do not fit one another")]
    [InlineData("sentences", """{"conllu":false,"label":3,"spans":false,"inputs":[1,2],"labels":["a","a"],"characters":[],"columns":[["a"],["b"]]}""", "it has 2 labels, or one of them twice")]
    [InlineData("sentences", """{"conllu":false,"label":3,"spans":false,"inputs":[1,2],"labels":["a","b"],"characters":[],"columns":[["a","a"],["b"]]}""", "it has 'a' twice")]
    [InlineData("sentences", """{"conllu":false,"label":3,"spans":false,"inputs":[1,2],"labels":["a","b"],"characters":[],"columns":[["a"],["b"]]}""", "words.weight")]
    [InlineData("task", "music", "it is a model for the task 'music'")]
    [InlineData("encoder", null, "its metadata have no 'encoder'")]
    public void An_inconsistent_file_is_refused_with_the_reason(string key, string? value, string reason)
    {
        Tagger.Train(new TaggedFiles(Corpus(20, 1)), Options with { Epochs = 1 }).Save(At("a.safetensors"));
        ModelFiles.ChangeMetadata(At("a.safetensors"), key, value);
        Assert.Contains(reason, Assert.Throws<ModelFileException>(() => Tagger.Load(At("a.safetensors"))).Message);
    }

    private string At(string name) => Path.Combine(_folder, name);

    /// <summary>Words of letters by chance that end in -ing or -ed: those in -ing before one in -ed begin a span, which those in -ed go on with; the second column holds the class of the word.</summary>
    private TaggedCorpus Corpus(int sentences, int seed)
    {
        Random random = new(seed);
        List<string> lines = [];
        for (int i = 0; i < sentences; i++)
        {
            bool[] isEd = [.. Enumerable.Range(0, random.Next(2, 9)).Select(_ => random.Next(2) == 0)];
            bool inside = false;
            for (int t = 0; t < isEd.Length; t++)
            {
                bool begins = !isEd[t] && t + 1 < isEd.Length && isEd[t + 1];
                inside = begins || (inside && isEd[t]);
                lines.Add($"{(char)('a' + random.Next(26))}{(char)('a' + random.Next(26))}{(isEd[t] ? "ed" : "ing")} {(random.Next(2) == 0 ? "V" : "W")} {(begins ? "B-X" : inside ? "I-X" : "O")}");
            }

            lines.Add("");
        }

        File.WriteAllLines(At($"corpus{seed}.txt"), lines);
        return TaggedCorpus.Load(At($"corpus{seed}.txt"));
    }

    private sealed class CancelAt(CancellationTokenSource source, int step) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Stage == TrainingStage.Training && value.Step == step)
                source.Cancel();
        }
    }
}
