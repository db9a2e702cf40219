using System.Text;
using System.Text.RegularExpressions;

namespace Unfold.Cli.Tests;

/// <summary>Model files that are not what they should be: refused with the reason, in one line.</summary>
public sealed class DamagedFileTests(TrainedModel trained) : IClassFixture<TrainedModel>
{
    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(100)]
    [InlineData(4000)]
    [InlineData(-1)]
    public void AModelCutShortIsRefused(int length)
    {
        byte[] bytes = Model();
        Refused(bytes[..(length < 0 ? bytes.Length + length : length)]);
    }

    [Fact]
    public void AModelWithBytesToSpareIsRefused() => Refused([.. Model(), 0]);

    [Fact]
    public void AHeaderOfImpossibleLengthIsRefused()
    {
        byte[] bytes = Model();
        BitConverter.TryWriteBytes(bytes, ulong.MaxValue / 2);
        Refused(bytes);
    }

    [Fact]
    public void AWrongShapeIsRefusedWithTheTensorsName()
    {
        byte[] bytes = Model();
        int header = (int)BitConverter.ToUInt64(bytes);
        string text = Encoding.UTF8.GetString(bytes, 8, header);
        string turned = Regex.Replace(text, "(?<head>\"decoder.weight\":\\{[^}]*\"shape\":\\[)(?<rows>\\d+),(?<columns>\\d+)", "${head}${columns},${rows}", RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        Assert.NotEqual(text, turned);
        Encoding.UTF8.GetBytes(turned).CopyTo(bytes, 8);
        Assert.Contains("decoder.weight", Refused(bytes));
    }

    [Fact]
    public void ATensorThatIsMissingIsNamed()
    {
        byte[] bytes = Model();
        int header = (int)BitConverter.ToUInt64(bytes);
        string text = Encoding.UTF8.GetString(bytes, 8, header).Replace("\"decoder.bias\"", "\"decoder.bios\"");
        Encoding.UTF8.GetBytes(text).CopyTo(bytes, 8);
        Assert.Contains("decoder.bi", Refused(bytes));
    }

    private static string Refused(byte[] bytes)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder["damaged.safetensors"], bytes);
        using UnfoldProcess run = UnfoldProcess.Run(folder.Path, "generate", "damaged.safetensors");
        Assert.Equal("", run.Output);
        Assert.Equal(1, run.ExitCode);
        string line = Assert.Single(run.Error.TrimEnd().Split('\n'));
        Assert.StartsWith("unfold: ", line);
        Assert.Contains("damaged.safetensors", line);
        Assert.DoesNotContain("unexpected error", line);
        return line;
    }

    private byte[] Model() => File.ReadAllBytes(trained.Folder["model.safetensors"]);
}
