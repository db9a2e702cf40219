using Unfold.Cells;
using Unfold.Data;
using Unfold.Data.Sequences;
using Unfold.Formats.Safetensors;
using Unfold.Layers;
using Unfold.Models;
using Unfold.Training;

namespace Unfold.Tests.Models;

public sealed class SequenceClassifierTests : IDisposable
{
    private static readonly SequenceClassifierOptions Options = new()
    {
        Encoder = new SequenceEncoderOptions { Layer = new RecurrentOptions(Cell.Named("gru")) { Hidden = 12, Layers = 2, Dropout = 0.1f }, Bidirectional = true },
        Augment = "jitter 0.05, time_warp 0.1",
        EdgeDropout = 0.1f,
        Epochs = 20,
        Batch = 16,
        LearningRate = 0.01f,
        TestShare = 0.25,
        Validation = 0.1,
    };

    private static readonly Lazy<SequenceClassifier> Trained = new(() => SequenceClassifier.Train(Waves(), Options));

    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-classify-").FullName;

    [Fact]
    public void Series_of_different_lengths_are_told_apart()
    {
        SequenceClassifier model = Trained.Value;
        Assert.Equal(["train_loss", "validation_loss", "accuracy", "test_loss", "test_accuracy", "test_macro_f1"], model.Report.Final.Keys);
        Assert.InRange(model.Report.Final["test_accuracy"], 0.9, 1);
        SequenceDataset all = Waves().Training;
        SequenceEvaluation found = model.Evaluate(all);
        IReadOnlyList<SequencePrediction> predictions = model.Predict(all);
        Assert.Equal(found.Accuracy, predictions.Select((prediction, i) => prediction.Labels[0] == all[i].Labels[0] ? 1.0 : 0.0).Average(), 12);
        Assert.Equal(predictions[7].Probabilities, model.Predict(all[7].Values).Probabilities);
        Assert.Throws<InputException>(() => model.Predict("text"));
        Assert.False(model.CanStream);
        Assert.Contains("cannot stream", Assert.Throws<InvalidOperationException>(() => model.Stream()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_is_read_as_it_was_written_and_has_the_same_bytes()
    {
        Trained.Value.Save(At("a.safetensors"));
        SequenceClassifier read = SequenceClassifier.Load(At("a.safetensors"));
        read.Save(At("b.safetensors"));
        Assert.Equal(File.ReadAllBytes(At("a.safetensors")), File.ReadAllBytes(At("b.safetensors")));
        Assert.Equal(Trained.Value.Describe(), read.Describe());
        SequenceDataset all = Waves().Training;
        Assert.Equal(Trained.Value.Predict(all).SelectMany(p => p.Probabilities), read.Predict(all).SelectMany(p => p.Probabilities));
        Assert.Equal("classify", ModelFile.TaskOf(At("a.safetensors")));
    }

    [Fact]
    public void Layers_that_PyTorch_has_are_saved_under_its_names()
    {
        SequenceEncoderOptions lstm = Options.Encoder with { Layer = new RecurrentOptions(Cell.Named("lstm")) { Hidden = 5, Layers = 2 } };
        SequenceClassifier model = SequenceClassifier.Train(Waves(), Options with { Epochs = 1, Encoder = lstm });
        model.Save(At("a"));
        using (SafetensorsFile file = SafetensorsFile.Open(At("a")))
        {
            Assert.Contains("encoder.weight_ih_l0_reverse", file.Tensors.Select(tensor => tensor.Name));
            Assert.Contains("encoder.bias_hh_l1", file.Tensors.Select(tensor => tensor.Name));
        }

        float[] series = Waves().Training[0].Values;
        Assert.Equal(model.Predict(series).Probabilities, SequenceClassifier.Load(At("a")).Predict(series).Probabilities);
    }

    [Fact]
    public void A_resumed_run_ends_bit_for_bit_as_an_uninterrupted_one()
    {
        SequenceClassifierOptions four = Options with { Epochs = 4 };
        SequenceClassifierOptions options = four with { CheckpointPath = At("run.checkpoint"), CheckpointInterval = TimeSpan.Zero };
        SequenceClassifier whole = SequenceClassifier.Train(Waves(), four);
        using CancellationTokenSource source = new();
        Assert.Throws<OperationCanceledException>(() => SequenceClassifier.Train(Waves(), options, new CancelAt(source, 13), source.Token));
        SequenceClassifier resumed = SequenceClassifier.Train(Waves(), SequenceClassifier.ReadCheckpointOptions(At("run.checkpoint")));
        whole.Save(At("a"));
        resumed.Save(At("b"));
        Assert.Equal(File.ReadAllBytes(At("a")), File.ReadAllBytes(At("b")));

        SequenceClassifierOptions other = options with { ResumePath = At("run.checkpoint"), Encoder = Options.Encoder with { Merge = DirectionMerge.Sum } };
        Assert.Contains("Encoder cannot change", Assert.Throws<OptionException>(() => SequenceClassifier.Train(Waves(), other)).Message);
        Assert.Contains("other sequences", Assert.Throws<ModelFileException>(() => SequenceClassifier.Train(Waves(161), options with { ResumePath = At("run.checkpoint") })).Message);
    }

    [Theory]
    [InlineData(SequenceReading.Last)]
    [InlineData(SequenceReading.Mean)]
    [InlineData(SequenceReading.Max)]
    public void A_stream_predicts_after_each_step_what_the_sequence_so_far_gives(SequenceReading reading)
    {
        SequenceClassifierOptions options = Options with { Epochs = 2, Reading = reading, Encoder = Options.Encoder with { Bidirectional = false } };
        SequenceClassifier model = SequenceClassifier.Train(Waves(), options);
        Assert.True(model.CanStream);
        SequenceStream stream = model.Stream();
        foreach (int item in new[] { 3, 8 })
        {
            float[] values = Waves().Training[item].Values;
            for (int step = 1; step <= values.Length / 2; step++)
                Assert.Equal(model.Predict(values.AsSpan(0, 2 * step)).Probabilities, stream.Read(values.AsSpan(2 * (step - 1), 2)).Probabilities);
            stream.Restart();
        }
    }

    [Fact]
    public void Normalisation_is_of_the_training_part_alone()
    {
        SequenceDataset near = new(SequenceInput.Series, 1, ["a", "b"], [.. Enumerable.Range(0, 20).Select(i => new SequenceItem([i, i + 1], "", [i % 2], ""))]);
        SequenceDataset far = new(SequenceInput.Series, 1, ["a", "b"], [new SequenceItem([1e6f, 1e6f], "", [0], "")]);
        SequencePreparation alone = SequencePreparation.Of(near, Options);
        Assert.Equal(10, alone.Mean[0]);
        Assert.Equal((float)Math.Sqrt((399 / 12.0) + 0.25), alone.Deviation[0], 4);
        SequenceClassifier model = SequenceClassifier.Train(new SequenceFiles(near, far), Options with { Epochs = 1, TestShare = 0 });
        Assert.True(double.IsFinite(model.Report.Final["test_loss"]));
    }

    [Fact]
    public void Sequences_that_are_normalised_each_by_itself_do_not_tell_their_scale()
    {
        SequenceClassifierOptions options = Options with { NormalizeEach = true, Encoder = Options.Encoder with { Bidirectional = false }, Epochs = 2 };
        SequenceClassifier model = SequenceClassifier.Train(Waves(), options);
        float[] series = Waves().Training[5].Values, other = [.. series.Select((value, i) => i % 2 == 0 ? (value * 8) - 4 : value / 4)];
        IReadOnlyList<float> expected = model.Predict(series).Probabilities, found = model.Predict(other).Probabilities;
        for (int i = 0; i < expected.Count; i++)
            Assert.Equal(expected[i], found[i], 4);
        Assert.False(model.CanStream);
        Assert.Throws<InvalidOperationException>(() => model.Stream());
    }

    [Theory]
    [InlineData(TokenKind.Character, false)]
    [InlineData(TokenKind.Word, false)]
    [InlineData(TokenKind.Word, true)]
    public void Texts_are_told_apart_by_letters_words_and_sentences(TokenKind tokens, bool sentences)
    {
        SequenceClassifierOptions options = Options with { Augment = "", Tokens = tokens, Sentences = sentences, TokenDropout = 0.05f, Embedding = 8, Epochs = 12 };
        SequenceClassifier model = SequenceClassifier.Train(Texts(), options);
        Assert.InRange(model.Report.Final["test_accuracy"], 0.95, 1);
        Assert.Equal("north", model.Predict("Rain and snow! It is cold.").Classes[0]);
        Assert.Equal(2, model.Predict("что это").Probabilities.Count);
        model.Save(At("a"));
        Assert.Equal(model.Predict("dry sun, hot sand").Probabilities, SequenceClassifier.Load(At("a")).Predict("dry sun, hot sand").Probabilities);
    }

    [Fact]
    public void A_sequence_may_have_several_labels()
    {
        Random random = new(4);
        SequenceItem[] items = [.. Enumerable.Range(0, 200).Select(_ => (Rising: random.Next(2), Loud: random.Next(2))).Select(kind => new SequenceItem(
            [.. Enumerable.Range(0, 10 + random.Next(10)).Select(t => (float)(((kind.Rising * 0.3 * t) + (0.2 * random.NextDouble())) * (1 + kind.Loud) + (kind.Loud * 2 * (t % 2))))], "",
            [.. new[] { kind.Rising == 1 ? 0 : -1, kind.Loud == 1 ? 1 : -1 }.Where(label => label >= 0)], ""))];
        SequenceFiles files = new(new SequenceDataset(SequenceInput.Series, 1, ["rising", "loud"], items), null);
        SequenceClassifierOptions options = Options with { Augment = "", MultiLabel = true };
        Assert.Contains("MultiLabel", Assert.Throws<InputException>(() => SequenceClassifier.Train(files, options with { MultiLabel = false })).Message);
        SequenceClassifier model = SequenceClassifier.Train(files, options);
        Assert.InRange(model.Report.Final["test_f1"], 0.9, 1);
        SequencePrediction none = model.Predict(new float[12]);
        Assert.Empty(none.Classes);
    }

    [Fact]
    public void Baselines_are_measured_on_the_same_sequences()
    {
        SequenceClassifierOptions options = Options with { Epochs = 1, Baseline = true };
        IReadOnlyDictionary<string, double> series = SequenceClassifier.Train(Waves(), options).Report.Final;
        Assert.Equal(0.5, series["majority_accuracy"]);
        Assert.InRange(series["nearest_neighbour_warped_accuracy"], 0, 1);
        Assert.False(series.ContainsKey("nearest_neighbour_accuracy"), "Euclidean, though lengths differ");
        foreach (TokenKind tokens in Enum.GetValues<TokenKind>())
        {
            IReadOnlyDictionary<string, double> texts = SequenceClassifier.Train(Texts(), options with { Augment = "", Tokens = tokens }).Report.Final;
            Assert.InRange(texts["naive_bayes_accuracy"], 0.95, 1);
            Assert.InRange(texts["linear_accuracy"], 0.95, 1);
        }

        Assert.Throws<OptionException>(() => SequenceClassifier.Train(Waves(), options with { MultiLabel = true }));
    }

    [Fact]
    public void Cross_validation_measures_every_sequence_once()
    {
        IReadOnlyList<SequenceEvaluation> found = SequenceClassifier.CrossValidate(Waves().Training, 3, Options with { Epochs = 3 });
        Assert.Equal([54, 53, 53], found.Select(fold => fold.Sequences));
        Assert.Equal(160, found.Sum(fold => fold.Confusion!.Total));
    }

    [Fact]
    public void Long_sequences_are_cut_and_counted()
    {
        SequenceClassifier model = SequenceClassifier.Train(Waves(), Options with { Epochs = 1, MaxSteps = 8 });
        Assert.InRange(model.Report.Final["cut_sequences"], 1, 160);
        float[] values = Waves().Training[0].Values;
        Assert.Equal(model.Predict(values.AsSpan(0, 16)).Probabilities, model.Predict(values.AsSpan(0, values.Length)).Probabilities);
    }

    [Theory]
    [InlineData("task", "text", "it is a model for the task 'text'")]
    [InlineData("encoder", "{}", "the description of its encoder cannot be read")]
    [InlineData("encoder", """{"layer":"recurrent","hidden":4000,"layers":2,"dropout":0,"skip_connections":false,"bidirectional":true,"merge":"Sum"}""", "its layers ask for")]
    [InlineData("encoder", """{"layer":"tcn","hidden":4,"levels":40,"kernel":2,"dropout":0,"bidirectional":true,"merge":"Sum"}""", "its layers cannot be")]
    [InlineData("encoder", """{"layer":"tcn","hidden":4,"levels":4,"kernel":2,"dropout":0,"bidirectional":true,"merge":"Left"}""", "merges directions in an unknown way")]
    [InlineData("cell", "h' = ", "its cell's equations are wrong")]
    [InlineData("sequences", "{}", "the description of its sequences cannot be read")]
    [InlineData("sequences", """{"input":"series","width":2,"mean":[0],"deviation":[1],"classes":["a","b"]}""", "its normalisation does not fit its sequences")]
    [InlineData("sequences", """{"input":"text","width":0,"mean":[],"deviation":[],"unknown":0,"vocabulary":["a"],"classes":["a","b"]}""", "it does not say what its tokens are")]
    [InlineData("augment", "jitter", "its layers cannot be")]
    [InlineData("report", "[", "is not a usable sequence classifier")]
    public void An_inconsistent_file_is_refused_with_the_reason(string key, string value, string reason)
    {
        Trained.Value.Save(At("a.safetensors"));
        ModelFiles.ChangeMetadata(At("a.safetensors"), key, value);

        Assert.Contains(reason, Assert.Throws<ModelFileException>(() => SequenceClassifier.Load(At("a.safetensors"))).Message);
    }

    [Theory]
    [InlineData("It's GOOD, isn't it?", "it's good , isn't it ?")]
    [InlineData("  a\t b ", "a b")]
    [InlineData("well-known… 3.5%", "well-known … 3 . 5 %")]
    public void Words_are_cut_alike_everywhere(string text, string expected) => Assert.Equal(expected, SequencePreparation.Normalized(text, TokenKind.Word, sentences: false));

    [Fact]
    public void Sentences_end_at_signs_and_lines() =>
        Assert.Equal("one two .\nthree !\nfour", SequencePreparation.Normalized("One two. Three!\n\nfour", TokenKind.Word, sentences: true));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    /// <summary>Two channels of 5 to 24 steps, slow waves or fast ones.</summary>
    private static SequenceFiles Waves(int count = 160)
    {
        Random random = new(7);
        SequenceItem[] items = new SequenceItem[count];
        for (int i = 0; i < count; i++)
        {
            int steps = 5 + random.Next(20), label = i % 2;
            float[] values = new float[2 * steps];
            double phase = random.NextDouble() * 6, speed = label == 0 ? 0.6 : 1.6;
            for (int t = 0; t < steps; t++)
            {
                values[2 * t] = 3 + (float)(Math.Sin(phase + (speed * t)) + (0.1 * random.NextDouble()));
                values[(2 * t) + 1] = 100 * (float)random.NextDouble();
            }

            items[i] = new SequenceItem(values, "", [label], $"wave {i}");
        }

        return new SequenceFiles(new SequenceDataset(SequenceInput.Series, 2, ["slow", "fast"], items), null);
    }

    private static SequenceFiles Texts()
    {
        string[][] words = [["rain", "snow", "cold", "wind", "and", "it", "is"], ["sun", "sand", "hot", "dry", "and", "it", "is"]];
        Random random = new(3);
        SequenceItem[] items = [.. Enumerable.Range(0, 120).Select(i => new SequenceItem(
            [], string.Join(' ', Enumerable.Range(0, 4 + random.Next(8)).Select(_ => words[i % 2][random.Next(7)] + (random.Next(4) == 0 ? "." : ""))), [i % 2], ""))];
        return new SequenceFiles(new SequenceDataset(SequenceInput.Text, 0, ["north", "south"], items), null);
    }

    private sealed class CancelAt(CancellationTokenSource source, long step) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Stage == TrainingStage.Training && value.Step == step)
                source.Cancel();
        }
    }
}
