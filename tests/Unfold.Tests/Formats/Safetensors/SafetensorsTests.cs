using System.Buffers.Binary;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Unfold.Formats.Safetensors;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Tests.Formats.Safetensors;

public sealed class SafetensorsTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-safetensors-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_was_written_is_read()
    {
        string path = Sample();
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal(["b", "a", "none", "one"], file.Tensors.Select(tensor => tensor.Name));
        Assert.Equal([1, 2, 3, 4, 5, 6], file.Read("b").Values.ToArray());
        Assert.Equal("[2, 3]", file.Read("b").Shape.ToString());
        Assert.Equal(0, file.Read("none").Values.Length);
        Assert.Equal(7, file.Read("one").Scalar);
        Assert.Equal("é \"quoted\"\n", file.Metadata["text"]);
        Assert.False(file.TryGet("c", out _));
        Assert.Contains("no tensor 'c'", Assert.Throws<ModelFileException>(() => file.Read("c")).Message);
        float[] values = new float[6];
        Assert.Contains("should have the shape [3, 2], but has [2, 3]",
            Assert.Throws<ModelFileException>(() => file.ReadInto("b", new Shape(3, 2), values)).Message);
    }

    [Fact]
    public void The_data_begin_at_a_multiple_of_8_bytes_and_the_same_content_gives_the_same_bytes()
    {
        byte[] first = File.ReadAllBytes(Sample());
        Assert.Equal(0, BinaryPrimitives.ReadInt64LittleEndian(first) % 8);
        Assert.Equal(first, File.ReadAllBytes(Sample()));
    }

    [Fact]
    public void Every_prefix_of_a_file_is_refused()
    {
        string path = Sample();
        byte[] bytes = File.ReadAllBytes(path);
        for (int length = 0; length < bytes.Length; length++)
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Throws<ModelFileException>(() => SafetensorsFile.Open(path));
        }
    }

    [Fact]
    public void Any_change_of_a_byte_is_read_or_refused_and_never_crashes()
    {
        string path = Sample();
        byte[] bytes = File.ReadAllBytes(path);
        Prop.ForAll<PositiveInt, byte>((position, value) =>
        {
            byte[] changed = [.. bytes];
            changed[position.Get % bytes.Length] = value;
            File.WriteAllBytes(path, changed);
            try
            {
                using SafetensorsFile file = SafetensorsFile.Open(path);
                foreach (TensorEntry tensor in file.Tensors)
                    file.Read(tensor.Name);
            }
            catch (ModelFileException e)
            {
                Assert.EndsWith(".", e.Message);
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
    }

    [Theory]
    [InlineData("[]", 0, "not a JSON object")]
    [InlineData("{", 0, "not valid JSON")]
    [InlineData("""{"a":1}""", 0, "does not have dtype, shape and two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0]}}""", 4, "does not have dtype, shape and two data_offsets")]
    [InlineData("""{"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}""", 4, "unknown type 'F33'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "needs 8 bytes, but has 4")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,5]}}""", 5, "needs 4 bytes, but has 5")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "cut short")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "5 bytes of data follow")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "lies at bytes 4 to 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}""", 4, "not a whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}}""", 4, "not a whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1,1,1,1,1,1,1],"data_offsets":[0,4]}}""", 4, "7 axes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9999999999],"data_offsets":[0,4]}}""", 4, "too long")]
    [InlineData("""{"a":{"dtype":"F32","shape":[65536,65536,65536,65536],"data_offsets":[0,4]}}""", 4, "more elements")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "a hole")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "Duplicate")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "not a text")]
    [InlineData("""{"__metadata__":[]}""", 0, "not a JSON object")]
    [InlineData("""{"__metadata__":{"a":"\ud800"}}""", 0, "Unicode")]
    [InlineData("""{"a":[[[[[[[[[[[]]]]]]]]]]]}""", 0, "not valid JSON")]
    public void An_inconsistent_header_is_refused_with_the_reason(string header, int dataLength, string reason)
    {
        string path = Path.Combine(_folder, "hostile");
        byte[] json = Encoding.UTF8.GetBytes(header);
        byte[] bytes = new byte[8 + json.Length + dataLength];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        json.CopyTo(bytes, 8);
        File.WriteAllBytes(path, bytes);
        string message = Assert.Throws<ModelFileException>(() => SafetensorsFile.Open(path)).Message;
        Assert.Contains(path, message);
        Assert.Contains(reason, message, StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData(ulong.MaxValue, "announce a header of 18446744073709551615 bytes")]
    [InlineData(50_000_000, "only 8 follow")]
    public void An_oversized_header_takes_no_memory(ulong length, string reason)
    {
        string path = Path.Combine(_folder, "oversized");
        byte[] bytes = new byte[16];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, length);
        File.WriteAllBytes(path, bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<ModelFileException>(() => SafetensorsFile.Open(path)).Message;
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
        Assert.Contains(reason, message);
    }

    [Fact]
    public void Missing_files_and_directories_are_refused()
    {
        Assert.Contains("no such file", Assert.Throws<ModelFileException>(() => SafetensorsFile.Open(Path.Combine(_folder, "missing"))).Message);
        Assert.Contains("directory", Assert.Throws<ModelFileException>(() => SafetensorsFile.Open(_folder)).Message);
    }

    [Fact]
    public void Half_and_double_elements_become_float()
    {
        string path = Path.Combine(_folder, "types");
        byte[] json = Encoding.UTF8.GetBytes(
            """{"h":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"BF16","shape":[1],"data_offsets":[4,6]},"d":{"dtype":"F64","shape":[1],"data_offsets":[6,14]},"i":{"dtype":"I8","shape":[1],"data_offsets":[14,15]}}""");
        byte[] bytes = new byte[8 + json.Length + 15];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, json.Length);
        json.CopyTo(bytes, 8);
        Span<byte> data = bytes.AsSpan(8 + json.Length);
        BinaryPrimitives.WriteHalfLittleEndian(data, (Half)1.5f);
        BinaryPrimitives.WriteHalfLittleEndian(data[2..], (Half)(-2));
        BinaryPrimitives.WriteUInt16LittleEndian(data[4..], 0x4049);
        BinaryPrimitives.WriteDoubleLittleEndian(data[6..], 0.1);
        File.WriteAllBytes(path, bytes);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal([1.5f, -2f], file.Read("h").Values.ToArray());
        Assert.Equal(3.140625f, file.Read("b").Values[0]);
        Assert.Equal(0.1f, file.Read("d").Values[0]);
        Assert.Contains("has I8", Assert.Throws<ModelFileException>(() => file.Read("i")).Message);
    }

    [DataFact("safetensors-sample/silero_vad_16k.safetensors")]
    public void A_file_of_another_system_is_read()
    {
        using SafetensorsFile file = SafetensorsFile.Open(DataSet.Path("safetensors-sample/silero_vad_16k.safetensors"));
        Assert.Equal(15, file.Tensors.Count);
        Tensor weights = file.Read("lstm_cell.weight_ih");
        Assert.Equal("[512, 128]", weights.Shape.ToString());
        Assert.All(weights.Values.ToArray(), value => Assert.InRange(value, -20, 20));
        Assert.Contains(weights.Values.ToArray(), value => value != 0);
    }

    private string Sample()
    {
        string path = Path.Combine(_folder, "sample.safetensors");
        SafetensorsWriter writer = new();
        writer.Add("b", Tensor.From([1, 2, 3, 4, 5, 6], new Shape(2, 3)));
        writer.Add("a", Tensor.From(8));
        writer.Add("none", Tensor.Zeros(new Shape(0, 5)));
        writer.Add("one", Tensor.From([7], new Shape()));
        writer.Metadata["z"] = "last";
        writer.Metadata["text"] = "é \"quoted\"\n";
        Assert.Throws<ArgumentException>(() => writer.Add("a", Tensor.From(9)));
        writer.Save(path);
        return path;
    }
}
