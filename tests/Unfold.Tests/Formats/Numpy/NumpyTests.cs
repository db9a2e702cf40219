using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Unfold.Formats.Numpy;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Tests.Formats.Numpy;

/// <summary>Files of NumPy 1.24 as bytes, files of our own read by NumPy where it is, and files that are wrong.</summary>
public sealed class NumpyTests : IDisposable
{
    private const string Spaces = "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg";

    private const string Floats = "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsIDMpLCB9" + Spaces
        + "ICAgICAgICAgIAoAAMA/AAAAwAAAQEAAAIBAAACgQAAAyEA=";

    private const string Compressed = "UEsDBBQAAAAIAAAAIQBb/sUaWgAAAJgAAAAKABQAa2VybmVsLm5weQEAEACYAAAAAAAAAFoAAAAAAAAAm+wX6hsQychQxlCtnpJanFykbqWgbpNmoq6joJ6WX1RSlJgXn1+UkgoSd0vMKU4F"
        + "ihdnJBakAvkaRjoKxpo6CrUKZAMuBoYD9gxAgoHBwYGBoQGIFwDxCQcAUEsDBBQAAAAIAAAAIQAIZRtbTQAAAJgAAAAJABQAc3RlcHMubnB5AQAQAJgAAAAAAAAATQAAAAAAAACb7BfqGxDJyFDG"
        + "UK2eklqcXKRupaBuk2mhrqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RrGOpo6CrUKFAAudgYI4IDSnFAaAFBLAQIUAxQAAAAIAAAAIQBb/sUaWgAAAJgAAAAKAAAAAAAAAAAAAACAAQAA"
        + "AABrZXJuZWwubnB5UEsBAhQDFAAAAAgAAAAhAAhlG1tNAAAAmAAAAAkAAAAAAAAAAAAAAIABlgAAAHN0ZXBzLm5weVBLBQYAAAAAAgACAG8AAAAeAQAAAAA=";

    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-numpy-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(Floats, "[2, 3]", new float[] { 1.5f, -2, 3, 4, 5, 6.25f })]
    [InlineData(
        "k05VTVBZAQB2AHsnZGVzY3InOiAnPmY4JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMywgNCksIH0g" + Spaces
        + "ICAgICAgIAoAAAAAAAAAAEAoAAAAAAAAQBAAAAAAAABAMAAAAAAAAEAgAAAAAAAAQDQAAAAAAAA/8AAAAAAAAEAqAAAAAAAAQBQAAAAAAABAMQAAAAAAAEAiAAAAAAAAQDUAAAAAAABAAAAAAAAAAE"
        + "AsAAAAAAAAQBgAAAAAAABAMgAAAAAAAEAkAAAAAAAAQDYAAAAAAABACAAAAAAAAEAuAAAAAAAAQBwAAAAAAABAMwAAAAAAAEAmAAAAAAAAQDcAAAAAAAA=",
        "[2, 3, 4]", new float[] { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23 })]
    [InlineData("k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIsKSwgfSAg" + Spaces + "ICAgICAgICAgIAr9/ywB", "[2]", new float[] { -3, 300 })]
    [InlineData("k05VTVBZAQB2AHsnZGVzY3InOiAnfGIxJywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDMsKSwgfSAg" + Spaces + "ICAgICAgICAgIAoBAAE=", "[3]", new float[] { 1, 0, 1 })]
    [InlineData("k05VTVBZAgB0AAAAeydkZXNjcic6ICc8ZjInLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoKSwgfSAg" + Spaces + "ICAgICAgICAgIAoAOA==", "[]", new float[] { 0.5f })]
    public void Arrays_of_NumPy_are_read(string base64, string shape, float[] expected)
    {
        Tensor tensor = NpyFile.Load(Write(Convert.FromBase64String(base64)));
        Assert.Equal(shape, tensor.Shape.ToString());
        Assert.Equal(expected, tensor.Values.ToArray());
    }

    [Fact]
    public void What_is_written_has_the_bytes_of_NumPy()
    {
        string path = Path.Combine(_folder, "written.npy");
        NpyFile.Save(path, Tensor.From([1.5f, -2, 3, 4, 5, 6.25f], new Shape(2, 3)));
        Assert.Equal(Convert.FromBase64String(Floats), File.ReadAllBytes(path));
    }

    [Fact]
    public void An_archive_of_NumPy_is_read()
    {
        using NpzFile file = NpzFile.Open(Write(Convert.FromBase64String(Compressed)));
        Assert.Equal(["kernel <f4 [2, 3]", "steps <i8 [3]"], file.Arrays.Select(array => array.ToString()));
        Assert.Equal([7, 8, 9], file.Read("steps").Values.ToArray());
        Assert.Equal([1.5f, -2, 3, 4, 5, 6.25f], file.Read("kernel").Values.ToArray());
        Assert.Contains("no array 'bias'", Assert.Throws<ModelFileException>(() => file.Read("bias")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void An_archive_comes_back_as_it_was_written(bool compress)
    {
        string path = Path.Combine(_folder, "a.npz");
        KeyValuePair<string, Tensor>[] tensors =
        [
            new("rnn/kernel", Tensor.From(Enumerable.Range(0, 5000).Select(i => i % 7 * 0.25f).ToArray(), new Shape(50, 100))), new("none", Tensor.Zeros(new Shape(0, 3))),
            new("number", Tensor.From([4.5f], new Shape())),
        ];
        NpzFile.Save(path, tensors, compress);
        byte[] first = File.ReadAllBytes(path);
        using (NpzFile file = NpzFile.Open(path))
        {
            Assert.Equal(["rnn/kernel", "none", "number"], file.Arrays.Select(array => array.Name));
            foreach ((string name, Tensor tensor) in tensors)
            {
                Assert.Equal(tensor.Shape, file.Read(name).Shape);
                Assert.Equal(tensor.Values.ToArray(), file.Read(name).Values.ToArray());
            }
        }

        NpzFile.Save(path, tensors, compress);
        Assert.Equal(first, File.ReadAllBytes(path));
        Assert.Equal(compress, first.Length < 10_000);
        Assert.Throws<ArgumentException>(() => NpzFile.Save(path, [tensors[0], tensors[0]]));
    }

    [PythonFact("numpy")]
    public void NumPy_reads_what_is_written()
    {
        string array = Path.Combine(_folder, "a.npy"), archive = Path.Combine(_folder, "a.npz");
        Tensor tensor = Tensor.From([0.1f, 2, -3, 4, 5e-8f, 6], new Shape(1, 3, 2));
        NpyFile.Save(array, tensor);
        NpzFile.Save(archive, [new("x", tensor), new("y", Tensor.From([7], new Shape()))], compress: true);
        string found = Python.Run(
            "import numpy, sys; a = numpy.load(sys.argv[1]); z = numpy.load(sys.argv[2]); print(a.dtype, a.shape, (a == z['x']).all(), a.tobytes().hex(), z['y'].shape, z['y'])", array, archive);
        string bytes = Convert.ToHexStringLower(File.ReadAllBytes(array)[^24..]);
        Assert.Equal($"float32 (1, 3, 2) True {bytes} () 7.0", found.Trim());
    }

    [Theory]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 7, "needs 8 bytes, but 7 follow")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 9, "needs 8 bytes, but 9 follow")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2), }", 8, "',' is expected")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", 8, "a whole number from 0")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }", 8, "a whole number from 0")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (65536, 65536, 65536, 65536, 65536), }", 8, "more elements than a tensor can hold")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 9223372036854775807), }", 8, "more elements than a tensor can hold")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 1, 1, 1, 1, 1), }", 4, "7 axes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, }", 4, "does not have all of")]
    [InlineData("{'descr': '<f4', 'descr': '<f4', 'shape': (), }", 4, "the key 'descr' twice")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (), 'more': 1}", 4, "the key 'more'")]
    [InlineData("{'descr': '<f4', 'fortran_order': no(), 'shape': (), }", 4, "True or False is expected")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (), } + x", 4, "nothing more is expected")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': ()", 4, "its end at character")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", 8, "Python objects would have to be executed")]
    [InlineData("{'descr': '<U4', 'fortran_order': False, 'shape': (1,), }", 16, "only numbers are read")]
    [InlineData("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", 8, "only numbers are read")]
    [InlineData("{'descr': [('a', '<f4'), ('b', '<i4', (2,))], 'fortran_order': False, 'shape': (1,), }", 12, "type [('a', '<f4'), ('b', '<i4', (2,))]")]
    [InlineData("{'descr': [[[[[[[[[[[[1]]]]]]]]]]]], 'fortran_order': False, 'shape': (1,), }", 12, "less brackets within brackets")]
    [InlineData("", 0, "its end at character 1, where '{' is expected")]
    public void A_header_that_is_wrong_is_refused_with_the_reason(string header, int dataLength, string reason)
    {
        string path = Write(Npy(header, dataLength));
        string message = Assert.Throws<ModelFileException>(() => NpyFile.Load(path)).Message;
        Assert.Contains(path, message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_prefix_is_refused_and_any_change_of_a_byte_is_read_or_refused()
    {
        foreach (string base64 in (string[])[Floats, Compressed])
        {
            byte[] bytes = Convert.FromBase64String(base64);
            for (int length = 0; length < bytes.Length; length++)
            {
                byte[] prefix = bytes[..length];
                Assert.Throws<ModelFileException>(() => ReadAll(Write(prefix), base64 == Compressed));
            }

            Prop.ForAll<PositiveInt, byte>((position, value) =>
            {
                byte[] changed = [.. bytes];
                changed[position.Get % bytes.Length] = value;
                try
                {
                    ReadAll(Write(changed), base64 == Compressed);
                }
                catch (ModelFileException e)
                {
                    Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
                }
            }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
        }
    }

    [Fact]
    public void A_header_that_announces_gigabytes_takes_no_memory()
    {
        byte[] bytes = [.. Npy("", 0)];
        (bytes[6], bytes[8], bytes[9]) = (2, 0, 0);
        bytes = [.. bytes[..10], 0, 0x40, 0, 0];
        string path = Write(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("announces a header of", Assert.Throws<ModelFileException>(() => NpyFile.Load(path)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void An_archive_that_claims_gigabytes_takes_no_memory()
    {
        using MemoryStream stream = new();
        using (ZipArchive archive = new(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream entry = archive.CreateEntry("a.npy").Open();
            entry.Write(Npy("{'descr': '<f4', 'fortran_order': False, 'shape': (250000000,), }", 8));
        }

        // The size in the archive's directory, which has the entry's name behind 46 bytes.
        byte[] bytes = stream.ToArray();
        int directory = bytes.AsSpan().LastIndexOf("PK\x1\x2"u8);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(directory + 24), 1_000_000_128);
        string path = Write(bytes);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("claims 1000000128 bytes", Assert.Throws<ModelFileException>(() => NpzFile.Open(path)).Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1_000_000);
    }

    private static void ReadAll(string path, bool isArchive)
    {
        if (!isArchive)
        {
            NpyFile.Load(path);
            return;
        }

        using NpzFile file = NpzFile.Open(path);
        foreach (NumpyEntry array in file.Arrays)
            file.Read(array.Name);
    }

    private static byte[] Npy(string header, int dataLength)
    {
        byte[] text = Encoding.Latin1.GetBytes(header);
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)text.Length, (byte)(text.Length >> 8), .. text, .. new byte[dataLength]];
    }

    private string Write(byte[] bytes)
    {
        string path = Path.Combine(_folder, "written");
        File.WriteAllBytes(path, bytes);
        return path;
    }
}
