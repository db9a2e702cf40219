using Unfold.Cells;
using Unfold.Data.Sequences;
using Unfold.Layers;
using Unfold.Models;

namespace Unfold.PublicApi.Tests.Examples;

/// <summary>docs/classification.md shows the body of <see cref="Run"/>.</summary>
[Collection("Console")]
public sealed class ClassificationExample
{
    [Fact]
    public void TrainsMeasuresSavesLoadsAndPredicts()
    {
        string before = Environment.CurrentDirectory;
        TextWriter output = Console.Out;
        string folder = Directory.CreateTempSubdirectory("unfold-example-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "names"));
            Write(folder, "Czech", "Novak Dvorak Svoboda Cerny Prochazka Kucera Vesely Horak Nemec Marek", "", "ova");
            Write(folder, "Italian", "Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco", "", "ini");
            Environment.CurrentDirectory = folder;
            using var written = new StringWriter();
            Console.SetOut(written);
            Run();
            string[] lines = written.ToString().TrimEnd().Split('\n');
            Assert.StartsWith("actual", lines[0], StringComparison.Ordinal);
            Assert.StartsWith("Czech with probability ", lines[^1], StringComparison.Ordinal);
        }
        finally
        {
            Console.SetOut(output);
            Environment.CurrentDirectory = before;
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Write(string folder, string name, string stems, params string[] endings) =>
        File.WriteAllLines(Path.Combine(folder, "names", name + ".txt"), stems.Split(' ').SelectMany(stem => endings.Select(ending => stem + ending)));

    private static void Run()
    {
        SequenceFiles names = SequenceFiles.Load("names");
        SequenceClassifier model = SequenceClassifier.Train(names, new SequenceClassifierOptions
        {
            Encoder = new SequenceEncoderOptions { Layer = new RecurrentOptions(Cell.Named("gru")) { Hidden = 16 }, Bidirectional = true },
            TestShare = 0.2,
            Epochs = 20,
            LearningRate = 0.01f,
        });
        Console.WriteLine(model.Measured!.Confusion);
        model.Save("names.safetensors");

        SequencePrediction found = SequenceClassifier.Load("names.safetensors").Predict("Novakova");
        Console.WriteLine($"{found.Classes[0]} with probability {found.Probabilities[found.Labels[0]]:F2}");
    }
}
