using Unfold.Data.Images;
using Unfold.Models;

namespace Unfold.PublicApi.Tests.Examples;

/// <summary>docs/image.md shows the body of <see cref="Run"/>.</summary>
[Collection("Console")]
public sealed class ImageExample
{
    private const int Side = 9;

    [Fact]
    public void TrainsSavesLoadsAndPredicts()
    {
        string before = Environment.CurrentDirectory;
        TextWriter output = Console.Out;
        string folder = Directory.CreateTempSubdirectory("unfold-example-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "bars"));
            WriteBars(Path.Combine(folder, "bars"), "train", 200, 1);
            WriteBars(Path.Combine(folder, "bars"), "t10k", 60, 2);
            Environment.CurrentDirectory = folder;
            using var written = new StringWriter();
            Console.SetOut(written);
            Run();
            string[] lines = written.ToString().TrimEnd().Split('\n');
            Assert.Equal("True", lines[^1].TrimEnd());
            Assert.StartsWith("0 with probability ", lines[^2], StringComparison.Ordinal);
        }
        finally
        {
            Console.SetOut(output);
            Environment.CurrentDirectory = before;
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>IDX files of bars, across (0) or upright (1), anywhere in noise.</summary>
    private static void WriteBars(string folder, string part, int count, int seed)
    {
        var random = new Random(seed);
        byte[] pixels = new byte[count * Side * Side];
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] = (byte)random.Next(60);
        for (int i = 0; i < count; i++)
        {
            int y = random.Next(Side - 4), x = random.Next(Side - 4);
            for (int step = 0; step < 5; step++)
                pixels[((i * Side) + y + (i % 2 == 1 ? step : 2)) * Side + x + (i % 2 == 1 ? 2 : step)] = 255;
        }

        byte[] labels = [.. Enumerable.Range(0, count).Select(i => (byte)(i % 2))];
        File.WriteAllBytes(Path.Combine(folder, part + "-images-idx3-ubyte"), [0, 0, 8, 3, 0, 0, 0, (byte)count, 0, 0, 0, Side, 0, 0, 0, Side, .. pixels]);
        File.WriteAllBytes(Path.Combine(folder, part + "-labels-idx1-ubyte"), [0, 0, 8, 1, 0, 0, 0, (byte)count, .. labels]);
    }

    private static void Run()
    {
        ImageFiles images = ImageFiles.Load("bars");
        ImageClassifier model = ImageClassifier.Train(images, new ImageClassifierOptions
        {
            Layers = "conv 3x3 8, relu, pool 2, conv 3x3 8, relu, global max",
            Augment = "translate 1, noise 0.02",
            Epochs = 10,
            Batch = 10,
            LearningRate = 0.01f,
        });
        model.Save("bars.safetensors");

        ImageClassifier loaded = ImageClassifier.Load("bars.safetensors");
        ImageDataset test = images.Test ?? images.Training;
        ImagePrediction first = loaded.Predict(test.Pixels(0));
        Console.WriteLine($"{first.Class} with probability {first.Probabilities[first.Label]:F2}");
        Console.WriteLine(loaded.Evaluate(test).Accuracy > 0.9);
    }
}
