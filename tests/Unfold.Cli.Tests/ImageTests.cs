using System.Text.Json;
using Unfold.Testing;

namespace Unfold.Cli.Tests;

/// <summary>Images from end to end: train, predict, evaluate, inspect, draw.</summary>
public sealed class ImageTests(TrainedImages trained) : IClassFixture<TrainedImages>
{
    private static readonly byte[] PngSignature = [0x89, (byte)'P', (byte)'N', (byte)'G'];

    [Fact]
    public void TrainingShowsEpochsAndTheTableOfWhatWeightSharingBuys()
    {
        Assert.Contains("to train on: 200 images of 1x9x9, 2 classes; to test on: 60", trained.Output);
        Assert.Contains("epoch 8/8  train loss ", trained.Output);
        Assert.Contains("images/s", trained.Output);
        Assert.Contains("test images: loss ", trained.Output);
        Assert.Contains("a plain network of as many parameters: flatten, linear ", trained.Output);
        string[] table = trained.Output.TrimEnd().Split('\n')[^3..];
        Assert.EndsWith("test  shift 1  shift 2  shift 3  shift 4", table[0]);
        Assert.StartsWith("layers ", table[1]);
        Assert.StartsWith("plain ", table[2]);
        Assert.False(File.Exists(trained.Folder["model.safetensors.checkpoint"]), "the checkpoint is left behind");
    }

    [Fact]
    public void TheReportHasTheUsualNames()
    {
        using JsonDocument report = JsonDocument.Parse(File.ReadAllText(trained.Folder["report.json"]));
        Assert.Equal("image", report.RootElement.GetProperty("task").GetString());
        JsonElement final = report.RootElement.GetProperty("final");
        foreach (string name in new[] { "train_loss", "test_loss", "test_accuracy", "test_accuracy_shift_4", "plain_test_accuracy", "plain_test_accuracy_shift_1", "plain_parameters" })
            Assert.True(final.TryGetProperty(name, out _), name);
        Assert.True(final.GetProperty("test_accuracy").GetDouble() > 0.9);
    }

    [Fact]
    public void EvaluatingShowsAccuracyConfusionsAndShifts()
    {
        string output = Run("evaluate", "model.safetensors", "data", "--shift", "2");
        Assert.Matches(@"accuracy +(0\.9\d+|1\.0000)\n", output);
        Assert.Matches(@"accuracy_shift_2 +\d", output);
    }

    [Fact]
    public void PredictingNamesTheClass()
    {
        string[] lines = Run("predict", "model.safetensors", "data").TrimEnd().Split('\n');
        Assert.Equal(60, lines.Length);
        Assert.Matches(@"^data#0  [01] [01]\.\d{4}$", lines[0]);
        Assert.Equal(lines[7], Run("predict", "model.safetensors", "data#7").TrimEnd());
        Assert.Matches(@"^data#7  [01] \d\.\d{4}  [01] \d\.\d{4}$", Run("predict", "model.safetensors", "data#7", "--top", "2").TrimEnd());
        Assert.Contains("from 0 to 59", Mistake(2, "predict", "model.safetensors", "data#60"));
    }

    [Fact]
    public void InspectingShowsTheLayersOrDrawsThem()
    {
        string output = Run("inspect", "model.safetensors");
        Assert.Contains("image classifier: images of 1x9x9, 2 classes", output);
        Assert.Contains("conv1           conv 3x3 6", output);
        Assert.Contains("augmentation: translate 1", output);
        Assert.Contains("conv1: 6 by 1 kernels of 3x3", Run("inspect", "model.safetensors", "--kernels", "kernels.png"));
        Assert.Contains("global1: 6 features", Run("inspect", "model.safetensors", "--features", "data#3", "features.png"));
        foreach (string picture in new[] { "kernels.png", "features.png" })
            Assert.Equal(PngSignature, File.ReadAllBytes(trained.Folder[picture])[..4]);
    }

    [Fact]
    public void PngFilesByClassAreTrainedOn()
    {
        // Small files that another program made: the same picture plainly and interlaced.
        string[][] pictures = [.. File.ReadLines(Repository.At("tests", "Unfold.Tests", "Formats", "Png", "golden", "pictures.txt")).Select(line => line.Split(' '))];
        foreach ((string folder, string name) in new[] { ("a", "grey8"), ("a", "grey8_interlaced"), ("b", "rgb8"), ("b", "rgb8_interlaced") })
        {
            Directory.CreateDirectory(trained.Folder[$"png/{folder}"]);
            File.WriteAllBytes(trained.Folder[$"png/{folder}/{name}.png"], Convert.FromBase64String(pictures.Single(parts => parts[0] == name)[2]));
        }

        string output = Run("train", "image", "png", "--layers", "conv 2x2 4, relu", "--epochs", "2", "--batch", "2", "--validation", "0", "--out", "png.safetensors");
        Assert.Contains("4 images of 3x3x5, 2 classes", output);
        Assert.Matches(@"^png/a/grey8\.png  [ab] ", Run("predict", "png.safetensors", "png/a/grey8.png"));
        Assert.Contains("was expected: all images must have one size", Mistake(1, "predict", "model.safetensors", "png/a/grey8.png"));
    }

    [Fact]
    public void AnInterruptedRunGoesOnToTheSameModel()
    {
        string[] command = ["train", "image", "data", "--layers", "conv 3x3 4, relu, global max", "--epochs", "300", "--batch", "8", "--out", "long.safetensors"];
        using (UnfoldProcess run = UnfoldProcess.Start(trained.Folder.Path, command))
        {
            run.WaitForOutput("epoch 2/300");
            run.Signal("INT");
            run.WaitForExit();
            Assert.Equal(1, run.ExitCode);
            Assert.Contains("--resume long.safetensors.checkpoint", run.Error);
        }

        Run([.. command, "--resume", "long.safetensors.checkpoint"]);
        byte[] resumed = File.ReadAllBytes(trained.Folder["long.safetensors"]);
        Run(command);
        Assert.Equal(File.ReadAllBytes(trained.Folder["long.safetensors"]), resumed);
    }

    [Theory]
    [InlineData(0, "cut short")]
    [InlineData(3, "cut short")]
    [InlineData(20, "cut short")]
    [InlineData(-1, "cut short")]
    public void ADamagedIdxFileIsOneLine(int length, string why)
    {
        using var folder = new TemporaryFolder();
        foreach (string path in Directory.EnumerateFiles(trained.Folder["data"]))
            File.Copy(path, folder[Path.GetFileName(path)]);
        string images = folder["train-images-idx3-ubyte"];
        byte[] bytes = File.ReadAllBytes(images);
        File.WriteAllBytes(images, bytes[..(length < 0 ? bytes.Length + length : length)]);
        using UnfoldProcess run = UnfoldProcess.Run(trained.Folder.Path, "train", "image", folder.Path);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(why, Assert.Single(run.Error.TrimEnd().Split('\n')));
    }

    [Fact]
    public void ATextModelIsNoImageClassifier()
    {
        trained.Folder.Write("text.txt", string.Concat(Enumerable.Repeat("abc ", 200)));
        Run("train", "text", "text.txt", "--hidden", "4", "--epochs", "1", "--batch", "2", "--unroll", "8", "--sample", "0", "--out", "text.safetensors");
        Assert.Contains("task 'text'", Mistake(1, "predict", "text.safetensors", "data"));
        Assert.Contains("for image classifiers", Mistake(2, "inspect", "text.safetensors", "--kernels", "k.png"));
        Assert.Contains("task 'image'", Mistake(1, "generate", "model.safetensors"));
    }

    private string Run(params string[] arguments)
    {
        using UnfoldProcess run = UnfoldProcess.Run(trained.Folder.Path, arguments);
        Assert.True(run.ExitCode == 0, run.Error);
        Assert.Equal("", run.Error);
        return run.Output;
    }

    private string Mistake(int code, params string[] arguments)
    {
        using UnfoldProcess run = UnfoldProcess.Run(trained.Folder.Path, arguments);
        Assert.Equal(code, run.ExitCode);
        Assert.Equal("", run.Output);
        return Assert.Single(run.Error.TrimEnd().Split('\n'));
    }
}

/// <summary>A folder with IDX files of bars, across (0) or upright (1), and a small network that was trained on them.</summary>
public sealed class TrainedImages : IDisposable
{
    private const int Side = 9;

    public TrainedImages()
    {
        Directory.CreateDirectory(Folder["data"]);
        WriteImages("train", 200, 1);
        WriteImages("t10k", 60, 2);
        using UnfoldProcess run = UnfoldProcess.Run(
            Folder.Path, "train", "image", "data", "--layers", "conv 3x3 6, relu, global max", "--augment", "translate 1", "--epochs", "8", "--batch", "10",
            "--learning-rate", "0.02", "--report", "report.json", "--compare-plain");
        Assert.True(run.ExitCode == 0, run.Error);
        Output = run.Output;
    }

    internal TemporaryFolder Folder { get; } = new();

    public string Output { get; }

    public void Dispose() => Folder.Dispose();

    private void WriteImages(string part, int count, int seed)
    {
        var random = new Random(seed);
        byte[] pixels = new byte[count * Side * Side];
        byte[] labels = new byte[count];
        random.NextBytes(pixels);
        for (int i = 0; i < pixels.Length; i++)
            pixels[i] /= 5;
        for (int i = 0; i < count; i++)
        {
            labels[i] = (byte)(i % 2);
            int y = random.Next(Side - 4), x = random.Next(Side - 4);
            for (int step = 0; step < 5; step++)
                pixels[((i * Side) + y + (labels[i] == 1 ? step : 2)) * Side + x + (labels[i] == 1 ? 2 : step)] = 255;
        }

        File.WriteAllBytes(Folder[$"data/{part}-images-idx3-ubyte"], [0, 0, 8, 3, 0, 0, 0, (byte)count, 0, 0, 0, Side, 0, 0, 0, Side, .. pixels]);
        File.WriteAllBytes(Folder[$"data/{part}-labels-idx1-ubyte"], [0, 0, 8, 1, 0, 0, 0, (byte)count, .. labels]);
    }
}
