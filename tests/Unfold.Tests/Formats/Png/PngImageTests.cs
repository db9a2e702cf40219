using System.Buffers.Binary;
using Unfold.Formats.Png;
using Unfold.Testing;

namespace Unfold.Tests.Formats.Png;

/// <summary>PNG files of every kind, made by <c>golden/make.py</c> with zlib alone, and files that are none.</summary>
public sealed class PngImageTests : IDisposable
{
    private static readonly Dictionary<string, (int Channels, byte[] File, byte[] Pixels)> Pictures = File
        .ReadLines(Repository.At("tests", "Unfold.Tests", "Formats", "Png", "golden", "pictures.txt"))
        .Select(line => line.Split(' '))
        .ToDictionary(parts => parts[0], parts => (int.Parse(parts[1]), Convert.FromBase64String(parts[2]), Convert.FromHexString(parts[3])));

    private readonly string _path = Path.GetTempFileName();

    public static TheoryData<string> Names => [.. Pictures.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryKindIsRead(string name)
    {
        (int channels, byte[] file, byte[] pixels) = Pictures[name];
        File.WriteAllBytes(_path, file);
        PngImage image = PngImage.Read(_path);
        Assert.Equal((5, 3, channels), (image.Width, image.Height, image.Channels));
        Assert.Equal(Convert.ToHexString(pixels), Convert.ToHexString(image.Values));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void WhatWasWrittenIsReadAgain(int channels)
    {
        byte[] values = [.. Enumerable.Range(0, channels * 7 * 9).Select(i => (byte)(i * 31))];
        new PngImage(9, 7, channels, values).Save(_path);
        PngImage image = PngImage.Read(_path);
        Assert.Equal((9, 7, channels), (image.Width, image.Height, image.Channels));
        Assert.Equal(values, image.Values);
    }

    [Fact]
    public void EveryCutIsRefusedInOneLine()
    {
        byte[] file = Pictures["rgb8"].File;
        for (int length = 0; length < file.Length; length++)
            Refused(file[..length]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AnyDamagedByteIsRefused(string name)
    {
        byte[] file = Pictures[name].File;
        for (int at = 0; at < file.Length; at++)
        {
            byte[] damaged = [.. file];
            damaged[at] ^= (byte)(1 << (at % 8));
            Refused(damaged);
        }
    }

    [Fact]
    public void AnImageThatUnpacksToMoreThanItsHeaderSaysIsRefusedWithoutItsMemory()
    {
        // 64 MiB of zeros in 64 KiB, behind a header of five by three pixels.
        using MemoryStream packed = new();
        using (System.IO.Compression.ZLibStream zip = new(packed, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
            zip.Write(new byte[1 << 26]);
        byte[] data = packed.ToArray();
        byte[] file = Pictures["grey8"].File;
        byte[] length = new byte[4];
        byte[] sum = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(sum, Crc.Of([.. "IDAT"u8, .. data]));
        byte[] bomb = [.. file[..33], .. length, .. "IDAT"u8, .. data, .. sum, .. file[^12..]];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("more rows than its header announces", Refused(bomb));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void HugeSizesAreRefused()
    {
        byte[] file = [.. Pictures["grey8"].File];
        file[16] = 0x7F;
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(29), Crc.Of(file.AsSpan(12, 17)));
        Assert.Contains("1 to 8192", Refused(file));
    }

    public void Dispose() => File.Delete(_path);

    private string Refused(byte[] file)
    {
        File.WriteAllBytes(_path, file);
        InputException error = Assert.Throws<InputException>(() => PngImage.Read(_path));
        Assert.DoesNotContain('\n', error.Message);
        Assert.StartsWith($"'{_path}' is not a usable PNG file: ", error.Message);
        return error.Message;
    }
}
