using System.Buffers.Binary;
using System.Text;
using Unfold.Formats.TensorBoard;
using Unfold.Training;

namespace Unfold.Tests.Training;

/// <summary>The events that TensorBoard shows, read back by a reader that shares nothing with the writer.</summary>
public sealed class TensorBoardLogTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-tensorboard-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_check_sum_is_that_of_its_specification() => Assert.Equal(0xE3069283, Crc32C("123456789"u8));

    [Fact]
    public void Each_step_and_each_epoch_is_told()
    {
        string folder = Path.Combine(_folder, "run");
        TrainingReport report = new Trainer(new LineTask(), new TrainerOptions { Epochs = 3, Seed = 3, LearningRate = 0.05f, TensorBoard = folder }).Run();
        string file = Assert.Single(Directory.GetFiles(folder));
        Assert.StartsWith("events.out.tfevents.", Path.GetFileName(file));
        List<Record> records = [.. Read(file)];
        Assert.Equal("brain.Event:2", records[0].Version);
        Assert.All(records, record => Assert.InRange(record.Time, 1.6e9, 1e10));
        Assert.Equal(Enumerable.Range(1, 15).Select(step => (long)step), records.Where(record => record.Scalars.ContainsKey("step/loss")).Select(record => record.Step));
        Assert.Equal(report.Epochs.Select(epoch => (float)epoch.TrainLoss), records.Where(record => record.Scalars.ContainsKey("epoch/train_loss")).Select(record => record.Scalars["epoch/train_loss"]));
        Assert.Equal(report.Epochs.Select(epoch => (float)epoch.ValidationLoss!), records.Where(record => record.Scalars.ContainsKey("epoch/validation_loss")).Select(record => record.Scalars["epoch/validation_loss"]));
        Assert.Equal(["gradients/hidden", "gradients/output", "weights/hidden", "weights/output"], records.SelectMany(record => record.Histograms.Keys).Distinct().Order());
        foreach (double[] histogram in records.Where(record => record.Histograms.ContainsKey("weights/hidden")).Select(record => record.Histograms["weights/hidden"]))
        {
            int buckets = (histogram.Length - 5) / 2;
            Assert.Equal(16, histogram[2]); // one input, eight units, their biases
            Assert.Equal(16, histogram[^buckets..].Sum());
            Assert.Equal(histogram[1], histogram[5 + buckets - 1]);
        }

        new Trainer(new LineTask(), new TrainerOptions { Epochs = 1, Seed = 3, TensorBoard = folder }).Run();
        Assert.Equal(2, Directory.GetFiles(folder).Length);
    }

    [Fact]
    public void A_directory_that_cannot_be_is_refused()
    {
        File.WriteAllText(Path.Combine(_folder, "file"), "");
        Assert.Contains("TensorBoard's events", Assert.Throws<ModelFileException>(
            () => new Trainer(new LineTask(), new TrainerOptions { Epochs = 1, TensorBoard = Path.Combine(_folder, "file", "below") }).Run()).Message);
    }

    [Fact]
    public void Histograms_count_every_number_and_leave_out_what_is_none()
    {
        Histogram spread = new([[1, 2, 3, float.NaN], [4, float.PositiveInfinity]]);
        Assert.Equal((1, 4, 4L, 10, 30), (spread.Least, spread.Greatest, spread.Count, spread.Sum, spread.SumOfSquares));
        Assert.Equal(4, spread.Counts.Sum());
        Assert.Equal(1, spread.Counts[^1]);
        Histogram equal = new([[2, 2, 2]]);
        Assert.Equal([2.0], equal.Limits);
        Assert.Equal([3.0], equal.Counts);
        Assert.Equal(0, new Histogram([]).Count);
    }

    /// <summary>Records as the format has them: length, masked check sum, message, masked check sum.</summary>
    private static IEnumerable<Record> Read(string file)
    {
        byte[] bytes = File.ReadAllBytes(file);
        for (int at = 0; at < bytes.Length;)
        {
            int length = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(at));
            Assert.Equal(Masked(bytes.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)));
            byte[] message = bytes[(at + 12)..(at + 12 + length)];
            Assert.Equal(Masked(message), BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 12 + length)));
            at += 16 + length;
            yield return Event(message);
        }
    }

    private static Record Event(byte[] message)
    {
        Record record = new();
        foreach ((int field, byte[] content, ulong number) in Fields(message))
        {
            switch (field)
            {
                case 1: record.Time = BitConverter.UInt64BitsToDouble(number); break;
                case 2: record.Step = (long)number; break;
                case 3: record.Version = Encoding.UTF8.GetString(content); break;
                case 5:
                    foreach ((_, byte[] value, _) in Fields(content))
                        Value(record, [.. Fields(value)]);
                    break;
                default: Assert.Fail($"field {field}"); break;
            }
        }

        return record;
    }

    private static void Value(Record record, (int Field, byte[] Content, ulong Number)[] fields)
    {
        string tag = Encoding.UTF8.GetString(fields.Single(field => field.Field == 1).Content);
        foreach ((int field, byte[] content, ulong number) in fields.Where(field => field.Field != 1))
        {
            if (field == 2)
                record.Scalars[tag] = BitConverter.UInt32BitsToSingle((uint)number);
            else
                record.Histograms[tag] = [.. Fields(content).SelectMany(part => part.Field <= 5 ? [BitConverter.UInt64BitsToDouble(part.Number)] : part.Content.Chunk(8).Select(eight => BitConverter.ToDouble(eight)))];
        }
    }

    /// <summary>The fields of a protocol buffer: number, bytes or fixed number.</summary>
    private static IEnumerable<(int Field, byte[] Content, ulong Number)> Fields(byte[] message)
    {
        for (int at = 0; at < message.Length;)
        {
            ulong tag = Varint(message, ref at);
            int field = (int)(tag >> 3);
            switch (tag & 7)
            {
                case 0: yield return (field, [], Varint(message, ref at)); break;
                case 1: yield return (field, [], BitConverter.ToUInt64(message, (at += 8) - 8)); break;
                case 2:
                    int length = (int)Varint(message, ref at);
                    yield return (field, message[at..(at += length)], 0);
                    break;
                case 5: yield return (field, [], BitConverter.ToUInt32(message, (at += 4) - 4)); break;
                default: Assert.Fail($"type {tag & 7}"); break;
            }
        }
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        ulong number = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte value = message[at++];
            number |= (ulong)(value & 127) << shift;
            if (value < 128)
                return number;
        }
    }

    private static uint Masked(ReadOnlySpan<byte> bytes)
    {
        uint crc = Crc32C(bytes);
        return ((crc >> 15) | (crc << 17)) + 0xA282EAD8;
    }

    /// <summary>Bit by bit, by the polynomial of Castagnoli turned round.</summary>
    private static uint Crc32C(ReadOnlySpan<byte> bytes)
    {
        uint crc = uint.MaxValue;
        foreach (byte value in bytes)
        {
            crc ^= value;
            for (int bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? 0x82F63B78 ^ (crc >> 1) : crc >> 1;
        }

        return ~crc;
    }

    private sealed class Record
    {
        public double Time { get; set; }

        public long Step { get; set; }

        public string Version { get; set; } = "";

        public Dictionary<string, float> Scalars { get; } = [];

        public Dictionary<string, double[]> Histograms { get; } = [];
    }
}
