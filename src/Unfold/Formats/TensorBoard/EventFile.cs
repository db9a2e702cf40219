using System.Buffers.Binary;
using System.Numerics;

namespace Unfold.Formats.TensorBoard;

/// <summary>
/// Writes a file of events that TensorBoard shows: records of a length, its check sum, a message and its check sum. Messages are protocol buffers, <c>Event</c> with a <c>Summary</c> inside.
/// </summary>
/// <remarks>Sources: TensorFlow's tfrecord format and event.proto, summary.proto and histogram.proto of TensorBoard's compat/proto.</remarks>
internal sealed class EventFile : IDisposable
{
    private const uint MaskDelta = 0xA282EAD8;

    private readonly FileStream _stream;
    private readonly Func<double> _clock;

    /// <summary>Begins a file in a directory, which is made if need be, beside others that are there.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="clock">The time in seconds since 1970.</param>
    /// <exception cref="ModelFileException">It cannot be written.</exception>
    internal EventFile(string directory, Func<double> clock)
    {
        _clock = clock;
        try
        {
            Directory.CreateDirectory(directory);
            string name = $"events.out.tfevents.{(long)clock()}.unfold";
            for (int number = 1; File.Exists(System.IO.Path.Combine(directory, name)); number++)
                name = $"events.out.tfevents.{(long)clock()}.unfold.{number}";
            Path = System.IO.Path.Combine(directory, name);
            _stream = new FileStream(Path, FileMode.CreateNew, FileAccess.Write, FileShare.Read);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ModelFileException($"'{directory}' cannot be written: TensorBoard's events ({e.Message.TrimEnd('.')}).", e);
        }

        ProtoWriter version = Event(0);
        version.Text(3, "brain.Event:2");
        Write(version);
        Flush();
    }

    /// <summary>The file.</summary>
    internal string Path { get; }

    /// <summary>Adds numbers of a step, each under its name.</summary>
    internal void Scalars(long step, params ReadOnlySpan<(string Tag, double Value)> scalars)
    {
        ProtoWriter summary = new();
        foreach ((string tag, double value) in scalars)
        {
            ProtoWriter one = new();
            one.Text(1, tag);
            one.Single(2, (float)value);
            summary.Message(1, one);
        }

        Summary(step, summary);
    }

    /// <summary>Adds a histogram of a step.</summary>
    internal void Histogram(long step, string tag, Histogram histogram)
    {
        ProtoWriter values = new(), one = new(), summary = new();
        values.Double(1, histogram.Least);
        values.Double(2, histogram.Greatest);
        values.Double(3, histogram.Count);
        values.Double(4, histogram.Sum);
        values.Double(5, histogram.SumOfSquares);
        values.Doubles(6, histogram.Limits);
        values.Doubles(7, histogram.Counts);
        one.Text(1, tag);
        one.Message(5, values);
        summary.Message(1, one);
        Summary(step, summary);
    }

    /// <summary>Hands to the system what was written.</summary>
    internal void Flush() => _stream.Flush();

    /// <inheritdoc/>
    public void Dispose() => _stream.Dispose();

    private void Summary(long step, ProtoWriter summary)
    {
        ProtoWriter message = Event(step);
        message.Message(5, summary);
        Write(message);
    }

    private ProtoWriter Event(long step)
    {
        ProtoWriter message = new();
        message.Double(1, _clock());
        message.Varint(2, step);
        return message;
    }

    private void Write(ProtoWriter message)
    {
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteUInt64LittleEndian(head, (ulong)message.Bytes.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], CheckSum(head[..8]));
        _stream.Write(head);
        _stream.Write(message.Bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(head, CheckSum(message.Bytes));
        _stream.Write(head[..4]);
    }

    /// <summary>CRC-32C, turned by 15 bits, plus a constant, so that a check sum of a check sum is another.</summary>
    private static uint CheckSum(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return BitOperations.RotateRight(~crc, 15) + MaskDelta;
    }
}
