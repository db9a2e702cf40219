using Unfold.Data.Music;
using Unfold.Models;

namespace Unfold.PublicApi.Tests.Examples;

/// <summary>docs/music.md shows the body of <see cref="Run"/>.</summary>
[Collection("Console")]
public sealed class MusicExample
{
    [Fact]
    public void ComposesAPiece()
    {
        string before = Environment.CurrentDirectory;
        string folder = Directory.CreateTempSubdirectory("unfold-example-").FullName;
        try
        {
            Environment.CurrentDirectory = folder;
            Run();
            Assert.True(new FileInfo("scale.mid").Length > 40);
        }
        finally
        {
            Environment.CurrentDirectory = before;
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Run()
    {
        int[][] scale = [.. Enumerable.Range(0, 12).Select(t => new[] { 60 + t, 64 + t })];
        MusicFiles music = new(new MusicPieces([scale, scale]), null, new MusicPieces([scale]));
        MusicModel model = MusicModel.Train(music, new MusicModelOptions { Epochs = 5 });
        Console.WriteLine($"{model.Report.Final["test_loss"]:F2} nats a step");
        IReadOnlyList<int[]> piece = model.Compose(length: 16, temperature: 0.8, seed: 1);
        MusicModel.SaveMidi("scale.mid", piece);
    }
}
