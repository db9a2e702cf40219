namespace Unfold.Cli.Tests;

/// <summary>A trained model as an ONNX file, and what is in such a file.</summary>
public sealed class ExportTests(TrainedModel trained) : IClassFixture<TrainedModel>
{
    [Fact]
    public void AModelIsWrittenAndInspected()
    {
        using UnfoldProcess export = UnfoldProcess.Run(trained.Folder.Path, "export", "model.safetensors", "-o", "model.onnx");
        Assert.Equal(0, export.ExitCode);
        Assert.Contains("model.onnx: opset 17", export.Output);
        Assert.Contains("input   tokens [T, N] int64", export.Output);
        Assert.Contains("output  logits [T, N, ", export.Output);
        using UnfoldProcess inspect = UnfoldProcess.Run(trained.Folder.Path, "inspect", "model.onnx");
        Assert.Equal(0, inspect.ExitCode);
        Assert.Contains("h' = ", inspect.Output);
    }

    [Fact]
    public void AFileThatIsNoModelIsRefusedAndNothingIsWritten()
    {
        File.WriteAllText(trained.Folder["not.safetensors"], "this is no model");
        using UnfoldProcess export = UnfoldProcess.Run(trained.Folder.Path, "export", "not.safetensors", "-o", "not.onnx");
        Assert.Equal(1, export.ExitCode);
        Assert.Contains("not.safetensors", export.Error);
        Assert.False(File.Exists(trained.Folder["not.onnx"]));
    }
}
