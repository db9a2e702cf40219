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

    [Fact]
    public void AModelIsNotWrittenOverItself()
    {
        byte[] before = File.ReadAllBytes(trained.Folder["model.safetensors"]);
        using UnfoldProcess export = UnfoldProcess.Run(trained.Folder.Path, "export", "model.safetensors", "-o", "./model.safetensors");
        Assert.Equal(2, export.ExitCode);
        Assert.Contains("is the model itself", export.Error);
        Assert.Equal(before, File.ReadAllBytes(trained.Folder["model.safetensors"]));
    }

    [Fact]
    public void NamesInAFileDoNotReachTheTerminalAsTheyAre()
    {
        byte[] node = [.. Field(1, "x\u001b[31m"u8), .. Field(2, "y"u8), .. Field(4, "Relu"u8)];
        byte[] graph = [.. Field(1, node), .. Field(11, Field(1, "x\u001b[31m"u8)), .. Field(12, Field(1, "y"u8))];
        File.WriteAllBytes(trained.Folder["colour.onnx"], [0x08, 8, .. Field(7, graph), .. Field(8, [0x10, 17])]);
        using UnfoldProcess inspect = UnfoldProcess.Run(trained.Folder.Path, "inspect", "colour.onnx");
        Assert.Equal(0, inspect.ExitCode);
        Assert.Contains("inputs: x?[31m\n", inspect.Output);
        File.WriteAllBytes(trained.Folder["colour.onnx"], [0x08, 8, .. Field(7, Field(1, Field(4, "Re\u001b[31mlu"u8))), .. Field(8, [0x10, 17])]);
        using UnfoldProcess refused = UnfoldProcess.Run(trained.Folder.Path, "inspect", "colour.onnx");
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("Re?[31mlu", refused.Error);
    }

    /// <summary>A field of a message of protocol buffers.</summary>
    private static byte[] Field(int number, ReadOnlySpan<byte> value) => [(byte)((number << 3) | 2), (byte)value.Length, .. value];
}
