namespace Unfold.Onnx.Tests;

/// <summary>A file that goes when the test ends.</summary>
internal sealed class TemporaryFile(string ending = ".onnx") : IDisposable
{
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"unfold-onnx-{Guid.NewGuid():N}{ending}");

    public void Dispose() => File.Delete(Path);
}
