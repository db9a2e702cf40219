using System.Buffers.Binary;

namespace Unfold.Formats.Wav;

/// <summary>A recording: the samples of a WAV file, its channels averaged into one.</summary>
/// <param name="Samples">The samples, from -1 to below 1.</param>
/// <param name="Rate">Samples a second.</param>
/// <param name="Channels">How many channels the file has.</param>
/// <remarks>Read: PCM of 8, 16, 24 and 32 bits and floating point of 32 bits, any number of channels. Source: Microsoft and IBM, "Multimedia Programming Interface and Data Specifications 1.0", 1991.</remarks>
public sealed record WavFile(float[] Samples, int Rate, int Channels)
{
    private const int Pcm = 1, Float = 3, Extensible = 0xFFFE;
    private const int MostChannels = 64, MostRate = 1 << 20;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The recording.</returns>
    /// <exception cref="InputException">The file cannot be read, is no WAV file, is cut short, or holds samples of another kind.</exception>
    public static WavFile Read(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"Cannot read '{path}': {(e is UnauthorizedAccessException ? "permission denied" : e.Message.TrimEnd('.'))}.", e);
        }

        return Parse(path, bytes);
    }

    private static WavFile Parse(string path, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 12 || !bytes.StartsWith("RIFF"u8) || !bytes[8..].StartsWith("WAVE"u8))
            throw new InputException($"'{path}' is no WAV file: it does not begin with RIFF and WAVE.");
        ReadOnlySpan<byte> format = default;
        for (int at = 12; at + 8 <= bytes.Length;)
        {
            ReadOnlySpan<byte> name = bytes.Slice(at, 4);
            uint size = BinaryPrimitives.ReadUInt32LittleEndian(bytes[(at + 4)..]);
            ReadOnlySpan<byte> rest = bytes[(at + 8)..];
            if (size > rest.Length)
                throw new InputException($"'{path}' is cut short: a part of {size} bytes is announced, and {rest.Length} are there.");
            ReadOnlySpan<byte> chunk = rest[..(int)size];
            if (name.SequenceEqual("fmt "u8))
                format = chunk;
            else if (name.SequenceEqual("data"u8))
                return Decode(path, format, chunk);
            at = checked(at + 8 + (int)size + ((int)size & 1));
        }

        throw new InputException($"'{path}' is no usable WAV file: it has no samples.");
    }

    private static WavFile Decode(string path, ReadOnlySpan<byte> format, ReadOnlySpan<byte> data)
    {
        if (format.Length < 16)
            throw new InputException($"'{path}' is no usable WAV file: its format is not told before its samples.");
        int kind = BinaryPrimitives.ReadUInt16LittleEndian(format), channels = BinaryPrimitives.ReadUInt16LittleEndian(format[2..]);
        long rate = BinaryPrimitives.ReadUInt32LittleEndian(format[4..]);
        int bits = BinaryPrimitives.ReadUInt16LittleEndian(format[14..]);
        if (kind == Extensible && format.Length >= 26)
            kind = BinaryPrimitives.ReadUInt16LittleEndian(format[24..]);
        if (channels is < 1 or > MostChannels || rate is < 1 or > MostRate)
            throw new InputException($"'{path}' is no usable WAV file: it announces {channels} channels and {rate} samples a second.");
        if (!((kind == Pcm && bits is 8 or 16 or 24 or 32) || (kind == Float && bits == 32)))
        {
            throw new InputException($"'{path}' has samples of {bits} bits in the format {kind}, but PCM of 8, 16, 24 or 32 bits or floating point of 32 bits is read. "
                + "Convert it, as by `ffmpeg -i FILE -c:a pcm_s16le OUT.wav`.");
        }

        int width = bits / 8, frames = data.Length / (width * channels);
        float[] samples = new float[frames];
        for (int i = 0; i < frames; i++)
        {
            float sum = 0;
            for (int c = 0; c < channels; c++)
                sum += Sample(data.Slice(((i * channels) + c) * width, width), kind);
            samples[i] = sum / channels;
        }

        return new WavFile(samples, (int)rate, channels);
    }

    private static float Sample(ReadOnlySpan<byte> bytes, int kind) => bytes.Length switch
    {
        1 => (bytes[0] - 128) / 128f,
        2 => BinaryPrimitives.ReadInt16LittleEndian(bytes) / 32768f,
        3 => ((bytes[0] << 8) | (bytes[1] << 16) | (bytes[2] << 24)) / 2147483648f,
        _ when kind == Float => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        _ => BinaryPrimitives.ReadInt32LittleEndian(bytes) / 2147483648f,
    };
}
