using Unfold.Baselines;
using Unfold.Cells;
using Unfold.Data.Music;
using Unfold.Formats.Safetensors;
using Unfold.Layers;
using Unfold.Models;
using Unfold.Training;

namespace Unfold.Tests.Models;

public sealed class MusicModelTests : IDisposable
{
    private static readonly MusicModelOptions Small = new()
    {
        Layer = new RecurrentOptions(Cell.Named("gru")) { Hidden = 24 },
        Epochs = 100,
        Batch = 4,
        LearningRate = 0.02f,
        Transpose = 2,
        InputDropout = 0.1f,
    };

    private static readonly Lazy<MusicModel> Trained = new(() => MusicModel.Train(Scales(), Small));

    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-music-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Scales_are_foreseen_better_than_by_counting()
    {
        (double frequency, double previous) = MusicModel.Baselines(Scales());
        Assert.True(previous < frequency);
        Assert.True(Trained.Value.Report.Final["test_loss"] < 0.5 * previous, $"{Trained.Value.Report.Final["test_loss"]} beside {previous}");
        Assert.Equal(Trained.Value.Report.Final["test_loss"], Trained.Value.Evaluate(Scales().Test!).Loss);
    }

    [Fact]
    public void The_loss_is_the_sum_over_notes_and_the_mean_over_all_steps_but_the_first()
    {
        MusicPieces pieces = Scales().Test!;
        double sum = 0;
        for (int i = 0; i < pieces.Count; i++)
        {
            MusicStream stream = Trained.Value.Stream();
            for (int t = 0; t < pieces[i].Count; t++)
            {
                for (int pitch = 0; pitch < 88 && t > 0; pitch++)
                    sum -= Math.Log(pieces[i][t].Contains(21 + pitch) ? stream.Probabilities[pitch] : 1 - (double)stream.Probabilities[pitch]);
                stream.Read(pieces[i][t]);
            }
        }

        MusicEvaluation found = Trained.Value.Evaluate(pieces);
        Assert.Equal(pieces.Steps - pieces.Count, found.Steps);
        Assert.Equal(sum / found.Steps, found.Loss, 1e-4 * found.Loss);
    }

    [Fact]
    public void Counting_by_hand()
    {
        // Pitch 60 sounds in one of three steps that count, and behind itself in none of one.
        MusicPieces pieces = new([[[60], [], [60], []]]);
        double frequency = -Math.Log(2 / 5.0) - (2 * Math.Log(3 / 5.0)) - (3 * 87 * Math.Log(4 / 5.0));
        Assert.Equal(frequency / 3, new NoteFrequencies(pieces, false).Loss(pieces), 9);
        double previous = -Math.Log(2 / 3.0) - (2 * Math.Log(3 / 4.0)) - (3 * 87 * Math.Log(4 / 5.0));
        Assert.Equal(previous / 3, new NoteFrequencies(pieces, true).Loss(pieces), 9);
    }

    [Fact]
    public void The_same_seed_composes_the_same_piece_and_writes_it()
    {
        IReadOnlyList<int[]> piece = Trained.Value.Compose(20, seed: 5);
        Assert.Equal(piece, Trained.Value.Compose(20, seed: 5));
        Assert.NotEqual(piece.SelectMany(step => step), Trained.Value.Compose(20, seed: 6).SelectMany(step => step));
        Assert.Equal(Trained.Value.Compose(20, greedy: true), Trained.Value.Compose(20, greedy: true, seed: 9));
        MusicModel.SaveMidi(At("a.mid"), piece);
        Assert.Equal("MThd"u8.ToArray(), File.ReadAllBytes(At("a.mid"))[..4]);
        Assert.Throws<ArgumentException>(() => MusicModel.SaveMidi(At("b.mid"), [[200]]));
    }

    [Fact]
    public void A_file_holds_everything()
    {
        Trained.Value.Save(At("a"));
        MusicModel loaded = MusicModel.Load(At("a"));
        loaded.Save(At("b"));
        Assert.Equal(File.ReadAllBytes(At("a")), File.ReadAllBytes(At("b")));
        Assert.Equal(Trained.Value.Compose(10), loaded.Compose(10));
        Assert.Contains("88 notes", loaded.Describe());
        File.WriteAllBytes(At("c"), File.ReadAllBytes(At("a"))[..^10]);
        Assert.Throws<ModelFileException>(() => MusicModel.Load(At("c")));
    }

    [Fact]
    public void A_layer_that_PyTorch_has_too_stands_in_the_file_under_its_names()
    {
        MusicModel model = MusicModel.Train(Scales(), Small with { Layer = new RecurrentOptions(Cell.Named("lstm")) { Hidden = 5 }, Epochs = 1 });
        model.Save(At("a"));
        using (SafetensorsFile file = SafetensorsFile.Open(At("a")))
            Assert.Equal("layer.weight_ih_l0", file.Tensors[0].Name);
        Assert.Equal(model.Compose(10), MusicModel.Load(At("a")).Compose(10));
    }

    [Theory]
    [InlineData("task", "text", "it is a model for the task 'text'")]
    [InlineData("options", "[]", "its options cannot be read")]
    [InlineData("cell", "h' = ", "its cell's equations are wrong")]
    [InlineData("encoder", """{"layer":"recurrent","hidden":4000,"layers":2,"dropout":0,"skip_connections":false,"bidirectional":false,"merge":"Sum"}""", "its layers ask for")]
    [InlineData("report", "[", "is not a usable model of music")]
    public void An_inconsistent_file_is_refused_with_the_reason(string key, string value, string reason)
    {
        Trained.Value.Save(At("a"));
        ModelFiles.ChangeMetadata(At("a"), key, value);
        Assert.Contains(reason, Assert.Throws<ModelFileException>(() => MusicModel.Load(At("a"))).Message);
    }

    [Fact]
    public void A_resumed_run_ends_bit_for_bit_as_an_uninterrupted_one()
    {
        MusicModelOptions options = Small with { Epochs = 3 };
        using CancellationTokenSource source = new();
        Assert.Throws<OperationCanceledException>(() => MusicModel.Train(Scales(), options with { CheckpointPath = At("k") }, new StopAfter(source, 5), source.Token));
        MusicModel whole = MusicModel.Train(Scales(), options), resumed = MusicModel.Train(Scales(), MusicModel.ReadCheckpointOptions(At("k")));
        whole.Save(At("a"));
        resumed.Save(At("b"));
        Assert.Equal(File.ReadAllBytes(At("a")), File.ReadAllBytes(At("b")));
        Assert.Throws<OptionException>(() => MusicModel.Train(Scales(), MusicModel.ReadCheckpointOptions(At("k")) with { Transpose = 3 }));
    }

    /// <summary>Scales up and down from different notes, in thirds.</summary>
    private static MusicFiles Scales()
    {
        MusicPieces Pieces(int first, int count) => new([.. Enumerable.Range(first, count).Select(i => Enumerable.Range(0, 10 + (i % 5)).Select(t => new[] { 50 + (i % 7) + t, 54 + (i % 7) + t }).ToArray())]);
        return new MusicFiles(Pieces(0, 20), Pieces(3, 5), Pieces(11, 6));
    }

    private string At(string name) => Path.Combine(_folder, name);

    private sealed class StopAfter(CancellationTokenSource source, long step) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step >= step)
                source.Cancel();
        }
    }
}
