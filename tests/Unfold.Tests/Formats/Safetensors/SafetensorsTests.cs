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
    [InlineData("", 0, "does not begin with '{'")]
    [InlineData("[]", 0, "not a JSON object")]
    [InlineData(" {}", 0, "does not begin with '{'")]
    [InlineData("{}\n", 0, "padded with something else than spaces")]
    [InlineData("{} {}", 0, "not valid JSON")]
    [InlineData("{}\0", 0, "not valid JSON")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},}""", 4, "not valid JSON")]
    [InlineData("""{"a":{"dtype":1,"shape":[1],"data_offsets":[0,4]}}""", 4, "does not have dtype, shape and two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":4,"data_offsets":[0,4]}}""", 4, "does not have dtype, shape and two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}""", 4, "does not have dtype, shape and two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":["1"],"data_offsets":[0,4]}}""", 4, "not a whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1e0],"data_offsets":[0,4]}}""", 4, "not a whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-0],"data_offsets":[0,0]}}""", 0, "not a whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[18446744073709551612,18446744073709551616]}}""", 4, "not a whole number")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[9223372036854775803,9223372036854775807]}}""", 4, "there are 4 bytes of data")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,4],"data_offsets":[0,4]}}""", 4, "more bytes than a file can have")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4611686018427387905],"data_offsets":[0,4]}}""", 4, "more bytes than a file can have")]
    [InlineData("""{"a":{"dtype":"F4","shape":[3],"data_offsets":[0,2]}}""", 2, "does not end at a whole byte")]
    [InlineData("""{"a":{"dtype":"f32","shape":[1],"data_offsets":[0,4]}}""", 4, "unknown type 'f32'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"dtype":"I32"}}""", 4, "dtype twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"data_offsets":[0,4]}}""", 4, "data_offsets twice")]
    [InlineData("""{"__metadata__":{"a":"1","a":"2"}}""", 0, "'a' twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "'__metadata__' twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "overlap")]
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
    [InlineData("""{"a":{"dtype":"F32","shape":[9999999999],"data_offsets":[0,4]}}""", 4, "needs 39999999996 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[65536,65536,65536,65536],"data_offsets":[0,4]}}""", 4, "more bytes than")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "a hole")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", 12, "overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}""", 8, "Duplicate")]
    [InlineData("""{"__metadata__":{"a":1}}""", 0, "not a text")]
    [InlineData("""{"__metadata__":[]}""", 0, "not a JSON object")]
    [InlineData("""{"__metadata__":{"a":"\ud800"}}""", 0, "Unicode")]
    [InlineData("""{"a":[[[[[[[[[[[]]]]]]]]]]]}""", 0, "does not have dtype, shape and two data_offsets")]
    public void An_inconsistent_header_is_refused_with_the_reason(string header, int dataLength, string reason)
    {
        string path = Write(header, new byte[dataLength]);
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
    public void What_the_format_allows_is_opened()
    {
        // Spaces behind the object, members nobody knows, any order, tensors without elements, more axes than this library has, types that it only lists.
        string path = Write(
            """
            {"last":{"shape":[2,1,1,1,1,1,1,1],"dtype":"F32","extra":[{"a":null}],"data_offsets":[4,12]},"__metadata__":{"format":"pt","":"x"},
            "none":{"dtype":"F64","shape":[9223372036854775807,0,9223372036854775807],"data_offsets":[4,4]},"small":{"dtype":"F8_E4M3","shape":[2],"data_offsets":[0,2]},
            "four":{"dtype":"F4","shape":[2,2],"data_offsets":[2,4]}}      
            """,
            new byte[12]);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        Assert.Equal(["small F8_E4M3 [2]", "four F4 [2, 2]", "none F64 [9223372036854775807, 0, 9223372036854775807]", "last F32 [2, 1, 1, 1, 1, 1, 1, 1]"], file.Tensors.Select(tensor => tensor.ToString()));
        Assert.Equal("x", file.Metadata[""]);
        Assert.Contains("has F8_E4M3", Assert.Throws<ModelFileException>(() => file.Read("small")).Message);
        Assert.Contains("8 axes", Assert.Throws<ModelFileException>(() => file.Read("last")).Message);
        Assert.Equal(8, file.ReadBytes("last").Length);
        Assert.Contains("too large", Assert.Throws<ModelFileException>(() => file.Read("none")).Message);
        using SafetensorsFile empty = SafetensorsFile.Open(Write("{}", []));
        Assert.Empty(empty.Tensors);
    }

    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[", "1,", "more than 64 axes")]
    [InlineData("{\"a\":{\"x\":[", "[0],", "not valid JSON")]
    [InlineData("{\"a\":{\"x\":", "[", "not valid JSON")]
    [InlineData("{", " ", "not valid JSON")]
    public void A_hostile_header_of_20_MB_takes_no_more_memory_than_its_bytes(string start, string repeated, string reason)
    {
        const int Length = 20_000_000;
        string path = Write(start + string.Concat(Enumerable.Repeat(repeated, Length / repeated.Length)), []);
        long before = GC.GetAllocatedBytesForCurrentThread();
        string message = Assert.Throws<ModelFileException>(() => SafetensorsFile.Open(path)).Message;
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, Length / 2, Length + 1_000_000);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("BOOL", "00 01 FF", new float[] { 0, 1, 1 })]
    [InlineData("U8", "00 7F FF", new float[] { 0, 127, 255 })]
    [InlineData("I8", "7F 80 FF", new float[] { 127, -128, -1 })]
    [InlineData("U16", "01 02 FF FF", new float[] { 513, 65535 })]
    [InlineData("I16", "01 02 FF FF", new float[] { 513, -1 })]
    [InlineData("U32", "01 00 00 01 FF FF FF FF", new float[] { 16777216, 4294967296 })]
    [InlineData("I32", "01 02 00 00 FE FF FF FF", new float[] { 513, -2 })]
    [InlineData("U64", "01 00 00 00 01 00 00 00", new float[] { 4294967296 })]
    [InlineData("I64", "FE FF FF FF FF FF FF FF 03 00 00 00 00 00 00 00", new float[] { -2, 3 })]
    [InlineData("F16", "00 3E 00 C0 01 00", new float[] { 1.5f, -2, 5.9604645e-8f })]
    [InlineData("BF16", "49 40 80 FF", new float[] { 3.140625f, float.NegativeInfinity })]
    [InlineData("F32", "00 00 C0 3F 01 00 00 00", new float[] { 1.5f, 1e-45f })]
    [InlineData("F64", "9A 99 99 99 99 99 B9 3F 00 00 00 00 00 00 F0 7F", new float[] { 0.1f, float.PositiveInfinity })]
    public void Elements_of_every_type_become_float(string type, string bytes, float[] expected)
    {
        byte[] data = Convert.FromHexString(bytes.Replace(" ", "", StringComparison.Ordinal));
        using SafetensorsFile file = SafetensorsFile.Open(
            Write($$$"""{"a":{"dtype":"{{{type}}}","shape":[{{{expected.Length}}}],"data_offsets":[0,{{{data.Length}}}]}}""", data));
        Assert.Equal(expected, file.Read("a").Values.ToArray());
        Assert.Equal(data, file.ReadBytes("a"));
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

    private string Write(string header, byte[] data)
    {
        string path = Path.Combine(_folder, "written");
        byte[] json = Encoding.UTF8.GetBytes(header), length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        File.WriteAllBytes(path, [.. length, .. json, .. data]);
        return path;
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
