using System.Buffers.Binary;
using Unfold.Formats.Wav;

namespace Unfold.Tests.Formats.Wav;

public sealed class WavFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-wav-").FullName;

    [Theory]
    [InlineData(8, 1)]
    [InlineData(16, 1)]
    [InlineData(24, 1)]
    [InlineData(32, 1)]
    [InlineData(32, 3)]
    public void Every_width_is_read(int bits, int kind)
    {
        double[] values = [0, 0.5, -0.5, 0.25, -1];
        WavFile read = WavFile.Read(Write(values, bits, kind, 1));
        Assert.Equal((8000, 1), (read.Rate, read.Channels));
        for (int i = 0; i < values.Length; i++)
            Assert.Equal(values[i], read.Samples[i], 6);
    }

    [Fact]
    public void Channels_are_averaged()
    {
        WavFile read = WavFile.Read(Write([0.5, 0.25, -0.5, 0], 16, 1, 2));
        Assert.Equal(2, read.Channels);
        Assert.Equal([0.375f, -0.25f], read.Samples);
    }

    [Fact]
    public void What_is_no_usable_recording_is_refused_with_the_reason()
    {
        string good = Write([0.5, 0.5], 16, 1, 1);
        byte[] bytes = File.ReadAllBytes(good);
        Assert.Contains("does not begin with RIFF", Refusal([1, 2, 3]));
        Assert.Contains("is cut short: a part of 4 bytes is announced, and 3 are there", Refusal(bytes[..^1]));
        Assert.Contains("has no samples", Refusal(bytes[..36]));
        Assert.Contains("samples of 12 bits in the format 1", Refusal(Changed(bytes, 34, 12)));
        Assert.Contains("announces 0 channels", Refusal(Changed(bytes, 22, 0)));
        Assert.Contains("Cannot read", Assert.Throws<InputException>(() => WavFile.Read(Path.Combine(_folder, "none.wav"))).Message);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static byte[] Changed(byte[] bytes, int at, byte value)
    {
        byte[] changed = [.. bytes];
        changed[at] = value;
        return changed;
    }

    private string Refusal(byte[] bytes)
    {
        string path = Path.Combine(_folder, "bad.wav");
        File.WriteAllBytes(path, bytes);
        return Assert.Throws<InputException>(() => WavFile.Read(path)).Message;
    }

    private string Write(double[] values, int bits, int kind, int channels)
    {
        using MemoryStream data = new();
        Span<byte> sample = stackalloc byte[4];
        foreach (double value in values)
        {
            if (kind == 3)
                BinaryPrimitives.WriteSingleLittleEndian(sample, (float)value);
            else
                BinaryPrimitives.WriteInt32LittleEndian(sample, (int)(long)Math.Clamp(value * (1L << (bits - 1)), -(1L << (bits - 1)), (1L << (bits - 1)) - 1) + (bits == 8 ? 128 : 0));
            data.Write(sample[..(bits / 8)]);
        }

        byte[] head = new byte[44];
        "RIFF"u8.CopyTo(head);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(4), 36 + (int)data.Length);
        "WAVEfmt "u8.CopyTo(head.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(head.AsSpan(20), (short)kind);
        BinaryPrimitives.WriteInt16LittleEndian(head.AsSpan(22), (short)channels);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(24), 8000);
        BinaryPrimitives.WriteInt16LittleEndian(head.AsSpan(34), (short)bits);
        "data"u8.CopyTo(head.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(40), (int)data.Length);
        string path = Path.Combine(_folder, "good.wav");
        File.WriteAllBytes(path, [.. head, .. data.ToArray()]);
        return path;
    }
}
