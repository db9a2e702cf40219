using Unfold.Formats;

namespace Unfold.Tests.Formats;

public sealed class AtomicFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-atomic-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_final_name_stands_for_the_old_content_until_the_new_is_complete()
    {
        string path = Path.Combine(_folder, "sub", "file");
        AtomicFile.Write(path, "the file", stream => stream.WriteByte(1));
        AtomicFile.Write(path, "the file", stream =>
        {
            stream.WriteByte(2);
            stream.Flush();
            Assert.Equal([1], File.ReadAllBytes(path));
        });
        Assert.Equal([2], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
    }

    [Fact]
    public void A_failure_leaves_the_old_file_and_nothing_else()
    {
        string path = Path.Combine(_folder, "file");
        File.WriteAllBytes(path, [1]);
        ModelFileException error = Assert.Throws<ModelFileException>(() => AtomicFile.Write(path, "the model", stream =>
        {
            stream.WriteByte(2);
            throw new IOException("No space left on device");
        }));
        Assert.Equal($"Cannot write the model to '{path}': No space left on device.", error.Message);
        Assert.Equal([1], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void What_a_killed_process_left_behind_is_replaced()
    {
        string path = Path.Combine(_folder, "file");
        File.WriteAllText(AtomicFile.TemporaryName(path), "a longer half of a file");
        AtomicFile.Write(path, "the file", stream => stream.WriteByte(2));
        Assert.Equal([2], File.ReadAllBytes(path));
        Assert.Equal([path], Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_directory_cannot_be_written()
    {
        Assert.EndsWith("it is a directory.", Assert.Throws<ModelFileException>(() => AtomicFile.Write(_folder, "the model", _ => { })).Message);
    }

    [Fact]
    public void A_full_device_is_told_and_stays_a_device()
    {
        if (!OperatingSystem.IsLinux())
            return;
        ModelFileException error = Assert.Throws<ModelFileException>(() => AtomicFile.Write("/dev/full", "the model", stream => stream.Write(new byte[100_000])));
        Assert.Contains("No space left", error.Message);
        Assert.True(File.Exists("/dev/full"));
        Assert.False(File.Exists(AtomicFile.TemporaryName("/dev/full")));
    }
}
