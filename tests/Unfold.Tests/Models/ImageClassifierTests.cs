using System.Text;
using Unfold.Data.Images;
using Unfold.Formats.Png;
using Unfold.Models;
using Unfold.Training;

namespace Unfold.Tests.Models;

public sealed class ImageClassifierTests : IDisposable
{
    private static readonly ImageClassifierOptions Options = new()
    {
        Layers = "conv 3x3 6, batch_norm, relu, pool 2, dropout 0.1, conv 3x3 8, relu, global max",
        Augment = "flip, pad 1, crop 9x11, noise 0.02",
        Epochs = 12,
        Batch = 16,
        LearningRate = 0.01f,
        Validation = 0.25,
    };

    private static readonly Lazy<ImageClassifier> Trained = new(() => ImageClassifier.Train(SmallImages.Files(), Options));

    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-images-").FullName;

    [Fact]
    public void LearnsToTellBarsApart()
    {
        ImageClassifier model = Trained.Value;
        Assert.Equal(12, model.Report.Epochs.Count);
        Assert.Equal(["train_loss", "validation_loss", "accuracy", "test_loss", "test_accuracy"], model.Report.Final.Keys);
        Assert.InRange(model.Report.Final["test_accuracy"], 0.9, 1);
        ImageDataset test = SmallImages.Files().Test!;
        ImageEvaluation found = model.Evaluate(test);
        Assert.Equal(model.Report.Final["test_accuracy"], found.Accuracy);
        Assert.Equal(model.Report.Final["test_loss"], found.Loss);
        IReadOnlyList<ImagePrediction> predictions = model.Predict(test);
        Assert.Equal(found.Accuracy, predictions.Select((prediction, i) => prediction.Label == test.Label(i) ? 1.0 : 0.0).Average(), 12);
        Assert.All(predictions, prediction => Assert.Equal(1, prediction.Probabilities.Sum(), 5));
        ImagePrediction one = model.Predict(test.Pixels(7));
        Assert.Equal(predictions[7].Probabilities, one.Probabilities);
        Assert.Equal(model.Classes[one.Label], one.Class);
    }

    [Fact]
    public void AModelIsReadAsItWasWrittenAndHasTheSameBytes()
    {
        Trained.Value.Save(At("a.safetensors"));
        ImageClassifier read = ImageClassifier.Load(At("a.safetensors"));
        read.Save(At("b.safetensors"));
        Assert.Equal(File.ReadAllBytes(At("a.safetensors")), File.ReadAllBytes(At("b.safetensors")));
        Assert.Equal(Trained.Value.Describe(), read.Describe());
        ImageDataset test = SmallImages.Files().Test!;
        Assert.Equal(Trained.Value.Predict(test).SelectMany(p => p.Probabilities), read.Predict(test).SelectMany(p => p.Probabilities));
        Assert.Equal("image", ModelFile.TaskOf(At("a.safetensors")));
    }

    [Fact]
    public void AResumedRunEndsBitForBitAsAnUninterruptedOne()
    {
        ImageClassifierOptions options = Options with { Epochs = 4, CheckpointPath = At("run.checkpoint"), CheckpointInterval = TimeSpan.Zero };
        ImageClassifier whole = ImageClassifier.Train(SmallImages.Files(), Options with { Epochs = 4 });
        using CancellationTokenSource source = new();
        Assert.Throws<OperationCanceledException>(() => ImageClassifier.Train(SmallImages.Files(), options, new CancelAt(source, 19), source.Token));
        ImageClassifier resumed = ImageClassifier.Train(SmallImages.Files(), ImageClassifier.ReadCheckpointOptions(At("run.checkpoint")));
        Assert.Equal(whole.Network.Parameters.Values.ToArray(), resumed.Network.Parameters.Values.ToArray());
        Assert.Equal(whole.Report.Epochs.Select(epoch => epoch.TrainLoss), resumed.Report.Epochs.Select(epoch => epoch.TrainLoss));

        Assert.Contains("Augment cannot change", Assert.Throws<OptionException>(() => ImageClassifier.Train(SmallImages.Files(), options with { Augment = "", ResumePath = At("run.checkpoint") })).Message);
        Assert.Contains("other images", Assert.Throws<ModelFileException>(() => ImageClassifier.Train(SmallImages.Files(161), options with { ResumePath = At("run.checkpoint") })).Message);
        Assert.Equal(2, ImageClassifier.Load(At("run.checkpoint")).Classes.Count);
    }

    [Theory]
    [InlineData("task", "text", "it is a model for the task 'text'")]
    [InlineData("format_version", "2", "it has the format version 2, and this program reads version 1")]
    [InlineData("layers", "conv 3x3 4000, relu", "its layers ask for")]
    [InlineData("layers", "conv 3x3 2, relu", "tensor 'conv1.weight' should have the shape [2, 1, 3, 3], but has [6, 1, 3, 3]")]
    [InlineData("layers", "conv 3x3", "its layers cannot be (layers(1,1): error: `conv` lacks its channels)")]
    [InlineData("augment", "crop 40", "its layers cannot be (A crop of 40x40 must fit into the image, which is 10x12 there)")]
    [InlineData("images", "{}", "the description of its images cannot be read")]
    [InlineData("images", """{"size":[1,0,2],"mean":[0],"deviation":[1],"classes":["a"]}""", "its images have a size that cannot be")]
    [InlineData("images", """{"size":[1,10,12],"mean":[0],"deviation":[0],"classes":["a","b"]}""", "its normalisation does not fit its images")]
    [InlineData("images", """{"size":[1,10,12],"mean":[0],"deviation":[1],"classes":[]}""", "it has 0 classes")]
    [InlineData("images", """{"size":[1,10,12],"mean":[0],"deviation":[1],"classes":["a","b","c"]}""", "output.weight")]
    [InlineData("report", "[", "is not a usable image classifier")]
    public void AnInconsistentFileIsRefusedWithTheReason(string key, string value, string reason)
    {
        Trained.Value.Save(At("a.safetensors"));
        ModelFiles.ChangeMetadata(At("a.safetensors"), key, value);

        string message = Assert.Throws<ModelFileException>(() => ImageClassifier.Load(At("a.safetensors"))).Message;
        Assert.Contains(reason, message);
        Assert.DoesNotContain('\n', message);
    }

    [Fact]
    public void ImagesOfAnotherSizeOrClassAreRefused()
    {
        ImageClassifier model = Trained.Value;
        Assert.Throws<ArgumentException>(() => model.Predict(new byte[3]));
        Assert.Contains("1x10x12", Assert.Throws<InputException>(() => model.Evaluate(new ImageDataset(new byte[4], [0], ["across"], new ImageSize(1, 2, 2)))).Message);
        Assert.Contains("'slanted'", Assert.Throws<InputException>(() => model.Evaluate(new ImageDataset(new byte[120], [0], ["slanted"], SmallImages.Size))).Message);
    }

    [Fact]
    public void ClassesAreKnownByTheirNames()
    {
        ImageDataset test = SmallImages.Files().Test!;
        ImageDataset turned = test.WithClasses(["upright", "across"], [1, 0]);
        Assert.Equal(Trained.Value.Evaluate(test).Accuracy, Trained.Value.Evaluate(turned).Accuracy);
    }

    [Fact]
    public void ShiftedImagesMeetTheSameModel()
    {
        ImageDataset test = SmallImages.Files().Test!;
        IReadOnlyList<double> accuracies = Trained.Value.EvaluateShifted(test, 2);
        Assert.Equal(3, accuracies.Count);
        Assert.Equal(Trained.Value.Evaluate(test).Accuracy, accuracies[0]);
        ImageDataset one = new([1, 2, 3, 4, 5, 6], [0], ["a"], new ImageSize(1, 2, 3));
        Assert.Equal([0, 1, 2, 0, 4, 5], one.Shifted(0, 1).Pixels(0).ToArray());
        Assert.Equal([2, 3, 0, 5, 6, 0], one.Shifted(0, -1).Pixels(0).ToArray());
        Assert.Equal([0, 0, 0, 1, 2, 3], one.Shifted(1, 0).Pixels(0).ToArray());
        Assert.Equal([5, 6, 0, 0, 0, 0], one.Shifted(-1, -1).Pixels(0).ToArray());
        Assert.Equal(new byte[6], one.Shifted(0, 3).Pixels(0).ToArray());
    }

    [Fact]
    public void APlainNetworkHasAboutAsManyParameters()
    {
        ImageClassifier model = Trained.Value;
        string layers = ImageClassifier.PlainLayers(model.Plan.Input, 2, 5000);
        ImageClassifier plain = ImageClassifier.Train(SmallImages.Files(), Options with { Layers = layers, Epochs = 1 });
        Assert.InRange(plain.ParameterCount, 4900, 5100);
    }

    [Fact]
    public void KernelsAndFeaturesAreDrawn()
    {
        ImageClassifier model = Trained.Value;
        Assert.Equal(["conv1: 6 by 1 kernels of 3x3, 16 to a row", "conv2: 8 by 6 kernels of 3x3, 2 to a row"], model.SaveKernels(At("kernels.png")));
        PngImage kernels = PngImage.Read(At("kernels.png"));
        Assert.Equal(3, kernels.Channels);

        // The strongest weight of a layer is pure red or blue: 255 in one channel, 0 in the others.
        int plane = kernels.Width * kernels.Height;
        Assert.Contains(Enumerable.Range(0, plane), at => kernels.Values[at] + kernels.Values[plane + at] + kernels.Values[2 * plane + at] == 255);
        IReadOnlyList<string> lines = model.SaveFeatures(SmallImages.Files().Test!.Pixels(0), At("features.png"));
        Assert.Equal("input: 1 channels of 9x11", lines[0]);
        Assert.Equal("conv1: 6 channels of 7x9", lines[1]);
        Assert.Equal("output: 2 features", lines[^1]);
        Assert.True(PngImage.Read(At("features.png")).Height > 100);
    }

    [Fact]
    public void DamagedBytesNeverDoMoreThanRefuse()
    {
        Trained.Value.Save(At("a.safetensors"));
        byte[] bytes = File.ReadAllBytes(At("a.safetensors"));
        int header = (int)BitConverter.ToUInt64(bytes);
        for (int at = 8; at < 8 + header; at += 17)
        {
            byte[] damaged = [.. bytes];
            damaged[at] = (byte)(damaged[at] == '9' ? '1' : '9');
            File.WriteAllBytes(At("b.safetensors"), damaged);
            try
            {
                ImageClassifier.Load(At("b.safetensors"));
            }
            catch (ModelFileException e)
            {
                Assert.DoesNotContain('\n', e.Message);
            }
        }

        Assert.Contains("conv 3x3 6", Encoding.UTF8.GetString(bytes, 8, header));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string At(string name) => Path.Combine(_folder, name);

    private sealed class CancelAt(CancellationTokenSource source, long step) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step)
                source.Cancel();
        }
    }
}
