using Google.Protobuf;
using Unfold.Onnx.Protocol;
using Unfold.Testing;
using DataType = Unfold.Onnx.Protocol.TensorProto.Types.DataType;

namespace Unfold.Onnx.Tests.Protocol;

/// <summary>Files are read with suspicion: what cannot be right is refused with the reason, within bounded memory.</summary>
public sealed class ModelReaderTests
{
    [DataFact("onnx-node-tests")]
    public void EveryModelOfTheDataIsRead()
    {
        // The others are optimisers, of an operator set of their own.
        string[] optimizers = ["test_adagrad", "test_adam", "test_momentum", "test_nesterov_momentum"];
        string[] models = [.. Directory.EnumerateFiles(Repository.Data, "*.onnx", SearchOption.AllDirectories).Where(path => path.Contains("/onnx-", StringComparison.Ordinal))];
        Assert.True(models.Length > 200);
        Assert.All(models.Where(path => !optimizers.Any(name => path.Contains(name))), path => Assert.NotEmpty(ModelReader.Read(path).Graph.Node));
    }

    [Fact]
    public void WhatIsWrittenIsReadAgain()
    {
        ModelProto model = Small();
        byte[] bytes = model.ToByteArray();
        Assert.Equal(bytes, ModelReader.Parse(bytes).ToByteArray());
    }

    [Fact]
    public void AFileThatIsCutShortIsRefused()
    {
        byte[] bytes = Small().ToByteArray();
        for (int length = 0; length < bytes.Length; length++)
            Assert.ThrowsAny<FormatException>(() => Opset(ModelReader.Parse(bytes.AsSpan(0, length))));

        static void Opset(ModelProto model) => Assert.Fail($"a part of the file was taken for a model of {model.Graph.Node.Count} nodes");
    }

    [Theory]
    [InlineData(new byte[] { 0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f }, "cut short")]
    [InlineData(new byte[] { 0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff }, "a number does not end")]
    [InlineData(new byte[] { 0x00, 0x00 }, "no ONNX file")]
    [InlineData(new byte[] { 0x3b }, "no ONNX file")]
    [InlineData(new byte[] { 0x08, 0x08 }, "no graph")]
    public void BytesThatAreNoModelAreRefusedWithTheReason(byte[] bytes, string reason) =>
        Assert.Contains(reason, Assert.Throws<FormatException>(() => ModelReader.Parse(bytes)).Message);

    [Fact]
    public void MillionsOfEmptyPartsAreRefusedBeforeTheyAreMade()
    {
        // A node of two bytes each.
        byte[] nodes = [.. Enumerable.Range(0, 1_000_000).SelectMany(_ => new byte[] { 0x0a, 0x00 })];
        byte[] model = [0x3a, .. Varint(nodes.Length), .. nodes];
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Contains("parts", Assert.Throws<FormatException>(() => ModelReader.Parse(model)).Message);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    [Fact]
    public void GraphsInGraphsInGraphsAreRefused()
    {
        byte[] graph = [];
        for (int i = 0; i < 1000; i++)
        {
            byte[] attribute = [0x32, .. Varint(graph.Length), .. graph], node = [0x2a, .. Varint(attribute.Length), .. attribute];
            graph = [0x0a, .. Varint(node.Length), .. node];
        }

        Assert.Contains("nested", Assert.Throws<FormatException>(() => ModelReader.Parse([0x3a, .. Varint(graph.Length), .. graph])).Message);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(99)]
    public void AnUnknownOpsetIsRefused(long version)
    {
        ModelProto model = Small();
        model.OpsetImport[0].Version = version;
        Assert.Contains("opset", Assert.Throws<FormatException>(() => ModelReader.Parse(model.ToByteArray())).Message);
    }

    [Theory]
    [InlineData(new long[] { -1 }, "cannot be")]
    [InlineData(new long[] { 1L << 40, 1L << 40 }, "cannot be")]
    [InlineData(new long[] { 2147483647, 2147483647, 2147483647 }, "cannot be")]
    [InlineData(new long[] { 1, 1, 1, 1, 1, 1, 1, 1, 1 }, "axes")]
    [InlineData(new long[] { 3 }, "3 elements, but 2 are there")]
    public void AConstantOfAnAbsurdShapeIsRefused(long[] shape, string reason)
    {
        TensorProto tensor = new() { Name = "w", DataType = DataType.Float, RawData = ByteString.CopyFrom(new byte[8]) };
        tensor.Dims.Add(shape);
        Assert.Contains(reason, Assert.Throws<FormatException>(() => TensorReader.Read(tensor, null)).Message);
    }

    [Theory]
    [InlineData("../weights.bin")]
    [InlineData("/etc/hostname")]
    [InlineData("sub/../../weights.bin")]
    [InlineData("")]
    public void ExternalDataOutsideTheFolderIsRefused(string location)
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(Path.Combine(folder.Path, "weights.bin"), new byte[8]);
        string inner = Path.Combine(folder.Path, "models");
        Directory.CreateDirectory(inner);
        Assert.Throws<FormatException>(() => TensorReader.Read(External(location, 0, 8), inner));
    }

    [Fact]
    public void ExternalDataInTheFolderIsRead()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(Path.Combine(folder.Path, "weights.bin"), [9, 9, 9, 9, 0, 0, 128, 63, 0, 0, 0, 64]);
        Assert.Equal([1f, 2f], TensorReader.Read(External("weights.bin", 4, 8), folder.Path).Real.Values.ToArray());
        foreach ((long offset, long length) in new[] { (8L, 8L), (long.MaxValue, 8L), (0, long.MaxValue) })
            Assert.Contains("which has 12", Assert.Throws<FormatException>(() => TensorReader.Read(External("weights.bin", offset, length), folder.Path)).Message);
    }

    [Theory]
    [InlineData("link.bin")]
    [InlineData("way/out/weights.bin")]
    public void ExternalDataBehindALinkIsRefused(string location)
    {
        using TemporaryFolder folder = new();
        string inner = Path.Combine(folder.Path, "models");
        Directory.CreateDirectory(Path.Combine(inner, "way"));
        File.WriteAllBytes(Path.Combine(folder.Path, "weights.bin"), new byte[8]);
        File.CreateSymbolicLink(Path.Combine(inner, "link.bin"), Path.Combine(folder.Path, "weights.bin"));
        Directory.CreateSymbolicLink(Path.Combine(inner, "way", "out"), folder.Path);
        Assert.Contains("link", Assert.Throws<FormatException>(() => TensorReader.Read(External(location, 0, 8), inner)).Message);
    }

    [Fact]
    public void ManyNamesBesideManyBodiesAreReadInBoundedTime()
    {
        const int Count = 15_000;
        ModelProto model = Small();
        for (int i = 0; i < Count; i++)
        {
            model.Graph.Node.Add(Node("Relu", $"v{i}", "x"));
            NodeProto loop = Node("Loop", $"l{i}", "", "", "x");
            GraphProto body = new() { Name = "b" };
            foreach (string input in new[] { $"i{i}", $"c{i}", $"s{i}" })
                body.Input.Add(new ValueInfoProto { Name = input });
            body.Node.Add(Node("Identity", $"go{i}", $"c{i}"));
            body.Output.Add(new ValueInfoProto { Name = $"go{i}" });
            body.Output.Add(new ValueInfoProto { Name = $"s{i}" });
            loop.Attribute.Add(new AttributeProto { Name = "body", Type = AttributeProto.Types.AttributeType.Graph, G = body });
            model.Graph.Node.Add(loop);
        }

        model.Graph.Input.Add(new ValueInfoProto { Name = "x" });
        model.Graph.Output.Add(new ValueInfoProto { Name = "y" });
        using TemporaryFile file = new();
        File.WriteAllBytes(file.Path, model.ToByteArray());
        System.Diagnostics.Stopwatch clock = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(["x"], OnnxNetwork.Load(file.Path).Inputs);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 6);
    }

    private static NodeProto Node(string type, string output, params ReadOnlySpan<string> inputs)
    {
        NodeProto node = new() { OpType = type };
        foreach (string input in inputs)
            node.Input.Add(input);
        node.Output.Add(output);
        return node;
    }

    private static TensorProto External(string location, long offset, long length)
    {
        TensorProto tensor = new() { Name = "w", DataType = DataType.Float, DataLocation = TensorProto.Types.DataLocation.External };
        tensor.Dims.Add(2);
        foreach ((string key, string value) in new[] { ("location", location), ("offset", FormattableString.Invariant($"{offset}")), ("length", FormattableString.Invariant($"{length}")) })
            tensor.ExternalData.Add(new StringStringEntryProto { Key = key, Value = value });
        return tensor;
    }

    private static ModelProto Small()
    {
        ModelProto model = new() { Graph = new GraphProto { Name = "g" } };
        model.Graph.Node.Add(Node("Relu", "y", "x"));
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        return model;
    }

    private static byte[] Varint(int value)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
            bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
