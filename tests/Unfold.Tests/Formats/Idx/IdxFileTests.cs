using System.IO.Compression;
using Unfold.Formats.Idx;

namespace Unfold.Tests.Formats.Idx;

/// <summary>IDX files as the format's description has them, and files that are not.</summary>
public sealed class IdxFileTests : IDisposable
{
    private static readonly byte[] Good = [0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6];

    private readonly string _path = Path.GetTempFileName();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void IsReadPackedOrNot(bool packed)
    {
        IdxFile file = IdxFile.Read(Written(packed ? Packed(Good) : Good), 3);
        Assert.Equal([2, 1, 3], file.Sizes);
        Assert.Equal([1, 2, 3, 4, 5, 6], file.Values);
    }

    [Fact]
    public void EveryCutIsRefusedInOneLine()
    {
        byte[] packed = Packed(Good);
        for (int length = 0; length < Good.Length; length++)
            Assert.Contains("cut short", Refused(Good[..length]));
        for (int length = 0; length < packed.Length; length++)
            Refused(packed[..length]);
    }

    [Fact]
    public void ADamagedGzipIsRefused()
    {
        byte[] packed = Packed([.. Good.AsSpan(0, 16), .. new byte[6]]);
        packed[^6] ^= 1;
        Assert.Contains("gzip data are damaged", Refused(packed));
    }

    [Theory]
    [InlineData(new byte[] { 0, 0, 8, 1, 0, 0, 0, 1, 7 }, "it has 1 axes (magic number 2049), and 3 were expected (2051): images")]
    [InlineData(new byte[] { 1, 0, 8, 3 }, "its magic number is 16779267, and 2051 was expected")]
    [InlineData(new byte[] { 0, 0, 13, 3 }, "its elements are of kind 13, and bytes (kind 8) were expected")]
    [InlineData(new byte[] { 0, 0, 8, 3, 0, 0, 0, 0 }, "axis 0 has the size 0; sizes are 1 or more, and together fewer than 2^31 bytes")]
    [InlineData(new byte[] { 0, 0, 8, 3, 0, 1, 0, 0, 0, 1, 0, 0 }, "axis 1 has the size 65536; sizes are 1 or more, and together fewer than 2^31 bytes")]
    [InlineData(new byte[] { 0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 5, 6 }, "its sizes announce 1 bytes, but more follow")]
    public void WhatIsWrongIsNamed(byte[] file, string why) => Assert.EndsWith(": " + why + ".", Refused(file));

    [Fact]
    public void NoMemoryIsTakenForWhatIsOnlyAnnounced()
    {
        byte[] file = [0, 0, 8, 3, 0, 0, 0x40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 9, 9];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("announce 1073741824 bytes, and 2 are there", Refused(file));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 << 20);
    }

    public void Dispose() => File.Delete(_path);

    private static byte[] Packed(byte[] bytes)
    {
        using MemoryStream stream = new();
        using (GZipStream zip = new(stream, CompressionLevel.Fastest))
            zip.Write(bytes);
        return stream.ToArray();
    }

    private string Written(byte[] bytes)
    {
        File.WriteAllBytes(_path, bytes);
        return _path;
    }

    private string Refused(byte[] bytes)
    {
        string message = Assert.Throws<InputException>(() => IdxFile.Read(Written(bytes), 3)).Message;
        Assert.DoesNotContain('\n', message);
        Assert.StartsWith($"'{_path}' is not a usable IDX file: ", message);
        return message;
    }
}
