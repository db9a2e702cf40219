using Unfold.Data.Images;
using Unfold.Formats.Png;
using Unfold.Testing;

namespace Unfold.Tests.Data.Images;

/// <summary>Data sets from directories and files, and what is said of those that are none.</summary>
public sealed class ImageFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-images-").FullName;

    [DataFact("mnist")]
    public void MnistIsReadWithItsTestSet()
    {
        ImageFiles files = ImageFiles.Load(DataSet.Path("mnist"));
        Assert.Equal("60,000 images of 1x28x28, 10 classes", files.Training.ToString());
        Assert.Equal("10,000 images of 1x28x28, 10 classes", files.Test!.ToString());
        Assert.Equal([5, 0, 4, 1, 9], Enumerable.Range(0, 5).Select(files.Training.Label));
        Assert.Equal([7, 2, 1, 0, 4], Enumerable.Range(0, 5).Select(files.Test!.Label));
        ImageNormalization normalization = ImageNormalization.Of(files.Training);

        // The figures that everybody quotes for MNIST.
        Assert.Equal(0.1307, normalization.Mean[0], 4);
        Assert.Equal(0.3081, normalization.Deviation[0], 4);
    }

    [Fact]
    public void ADirectoryOfPngFilesByClassIsRead()
    {
        Save("train/cat/1.png", 1, 10);
        Save("train/cat/2.png", 1, 20);
        Save("train/dog/1.PNG", 1, 30);
        Save("test/dog/1.png", 1, 40);
        ImageFiles files = ImageFiles.Load(_folder);
        Assert.Equal(["cat", "dog"], files.Training.Classes);
        Assert.Equal([0, 0, 1], Enumerable.Range(0, 3).Select(files.Training.Label));
        Assert.Equal([10, 20, 30], Enumerable.Range(0, 3).Select(i => (int)files.Training.Pixels(i)[^1]));
        Assert.Equal(1, files.Test!.Label(0));
        Assert.Equal(new ImageSize(1, 2, 3), files.Training.Size);
    }

    [Fact]
    public void OneImageInColourMakesThemAllSo()
    {
        Save("a/1.png", 1, 10);
        Save("b/1.png", 3, 20);
        ImageDataset images = ImageFiles.Load(_folder).Training;
        Assert.Equal(new ImageSize(3, 2, 3), images.Size);
        Assert.Equal(Enumerable.Repeat((byte)10, 18), images.Pixels(0).ToArray());
        Assert.Equal(Enumerable.Repeat((byte)20, 18), images.Pixels(1).ToArray());
    }

    [Fact]
    public void ClassesThatAreNumbersComeInTheirOrder()
    {
        foreach (string name in new[] { "10", "2", "1" })
            Save($"{name}/a.png", 1, 0);
        Assert.Equal(["1", "2", "10"], ImageFiles.Load(_folder).Training.Classes);
    }

    [Fact]
    public void PngFilesOfDifferentSizesAreRefusedByName()
    {
        Save("a/1.png", 1, 0);
        new PngImage(4, 2, 1, new byte[8]).Save(At("a/2.png"));
        Assert.Equal($"'{At("a/2.png")}' is 4 pixels wide and 2 high, but '{At("a/1.png")}' is 3 by 2: all images must have one size.", Refused(_folder));
    }

    [Fact]
    public void ATestClassThatTrainingLacksIsRefused()
    {
        Save("train/cat/1.png", 1, 0);
        Save("test/cow/1.png", 1, 0);
        Assert.Equal($"'{At("test/cow")}' is a class that the images to train on do not have: cat.", Refused(_folder));
    }

    [Fact]
    public void AnEmptyDirectoryAndAMissingOneAreNamed()
    {
        Assert.StartsWith($"'{_folder}' holds no images: ", Refused(_folder));
        Assert.StartsWith($"Cannot read '{At("nowhere")}': ", Refused(At("nowhere")));
    }

    [Fact]
    public void IdxCountsMustAgreeAndLabelsMustBeThere()
    {
        Write("train-images-idx3-ubyte", 0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 5, 6);
        Assert.Equal($"'{At("train-images-idx3-ubyte")}' has no labels: there is no file 'train-labels-idx1-ubyte' beside it.", Refused(_folder));
        Write("train-labels-idx1-ubyte", 0, 0, 8, 1, 0, 0, 0, 1, 5);
        Assert.Equal($"'{At("train-images-idx3-ubyte")}' has 2 images, but '{At("train-labels-idx1-ubyte")}' has 1 labels: there must be one for each.", Refused(_folder));
        Write("train-labels-idx1-ubyte", 0, 0, 8, 1, 0, 0, 0, 2, 0, 1);
        Assert.Equal(2, ImageFiles.Load(_folder).Training.Count);
    }

    [Fact]
    public void ALabelThatTrainingLacksIsRefused()
    {
        Write("train-images-idx3-ubyte", 0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 5);
        Write("train-labels-idx1-ubyte", 0, 0, 8, 1, 0, 0, 0, 1, 1);
        Write("t10k-images-idx3-ubyte", 0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 5);
        Write("t10k-labels-idx1-ubyte", 0, 0, 8, 1, 0, 0, 0, 1, 9);
        Assert.Equal($"'{At("t10k-labels-idx1-ubyte")}': image 0 has the label 9, but the images to train on have labels from 0 to 1.", Refused(_folder));
    }

    [Theory]
    [InlineData("label,p0,p1,p2,p3\n1,0,255,3,4\n0,5,6,7,8\n")]
    [InlineData("1,0,255,3,4\r\n0,5,6,7,8")]
    [InlineData("\"1\";\"0\";\"255\";\"3\";\"4\"\n\n0;5;6;7; 8\n")]
    public void CsvIsReadWithAHeadingOrWithout(string text)
    {
        ImageDataset images = ImageFiles.Load(WriteText("a.csv", text)).Training;
        Assert.Equal("2 images of 1x2x2, 2 classes", images.ToString());
        Assert.Equal([1, 0], Enumerable.Range(0, 2).Select(images.Label));
        Assert.Equal([0, 255, 3, 4], images.Pixels(0).ToArray());
        Assert.Equal([5, 6, 7, 8], images.Pixels(1).ToArray());
    }

    [Theory]
    [InlineData("", "' holds no images: a CSV file of images has on each line a label and the pixels of one image.")]
    [InlineData("1,0,256,3,4\n", "', line 1: pixel 2 should be a whole number from 0 to 255, but is '256'.")]
    [InlineData("1,0,1,3,4\nx,0,1,3,4\n", "', line 2: a label should be a whole number from 0 to 65535, but is 'x'.")]
    [InlineData("1,0,1,3,4\n1,0,1,3\n", "', line 2: has 3 pixels, but the first image has 4: all images must have one size.")]
    [InlineData("1,0,1,3\n", "' has 3 pixels a line, but a square image was expected, as 784 for 28 by 28.")]
    [InlineData("-1,0,1,3,4\n", "', line 1: a label should be a whole number from 0 to 65535, but is '-1'.")]
    public void WhatIsWrongWithACsvFileIsNamed(string text, string why)
    {
        string path = WriteText("a.csv", text);
        Assert.Equal($"'{path}{why}", Refused(path));
    }

    [Fact]
    public void AFileWithoutLineEndsTakesNoMemory()
    {
        string path = WriteText("a.csv", new string('9', 1 << 22));
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("is '999999999999999999999999'", Refused(path));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string Refused(string path)
    {
        string message = Assert.Throws<InputException>(() => ImageFiles.Load(path)).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private string At(string name) => Path.Combine(_folder, name);

    private void Save(string name, int channels, byte value) => new PngImage(3, 2, channels, [.. Enumerable.Repeat(value, 6 * channels)]).Save(At(name));

    private void Write(string name, params byte[] bytes) => File.WriteAllBytes(At(name), bytes);

    private string WriteText(string name, string text)
    {
        File.WriteAllText(At(name), text);
        return At(name);
    }
}
