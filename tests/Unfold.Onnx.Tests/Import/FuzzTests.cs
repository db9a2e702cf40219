using System.Diagnostics;
using Google.Protobuf;
using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Onnx.Protocol;
using Unfold.Onnx.Tests.Export;

namespace Unfold.Onnx.Tests.Import;

/// <summary>Three thousand damaged files: each is refused with a reason, or is still a network, in bounded time and memory.</summary>
public sealed class FuzzTests
{
    private const int Mutations = 1000;
    private const long MostBytes = 256L << 20;

    [Theory]
    [InlineData("lstm")]
    [InlineData("lstm_layer_norm")]
    [InlineData("tagger")]
    public void ADamagedFileIsRefusedOrStillANetwork(string kind)
    {
        using TemporaryFile file = new();
        Save(kind, file.Path);
        byte[] whole = File.ReadAllBytes(file.Path);
        Dictionary<string, OnnxTensor> inputs = new() { ["x"] = new(Filling.Tensor(2, 3, 2, 3)), ["words"] = new([3, 2], [1, 2, 3, 4, 5, 0]), ["lengths"] = new([2], [3, 2]) };
        Random random = new(5);
        int refused = 0, read = 0;
        Stopwatch clock = Stopwatch.StartNew();
        for (int i = 0; i < Mutations; i++)
        {
            File.WriteAllBytes(file.Path, Mutated(whole, random));
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                OnnxNetwork network = OnnxNetwork.Load(file.Path);
                network.Run(network.Inputs.ToDictionary(name => name, name => inputs.GetValueOrDefault(name) ?? inputs["x"]));
                read++;
            }
            catch (UnfoldException error)
            {
                Assert.True(error.Message.Length > 20, error.Message);
                refused++;
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
        }

        Assert.True(refused > 100 && read > 100, $"{refused} refused, {read} read");
        Assert.True(clock.Elapsed.TotalSeconds < 120, $"{clock.Elapsed.TotalSeconds} s");
    }

    [Theory]
    [InlineData("cycle")]
    [InlineData("missing")]
    [InlineData("twice")]
    [InlineData("operator")]
    [InlineData("output")]
    public void AGraphThatCannotBeIsRefusedWithTheReason(string kind)
    {
        ModelProto model = new() { Graph = new GraphProto() };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        model.Graph.Input.Add(new ValueInfoProto { Name = "x" });
        model.Graph.Output.Add(new ValueInfoProto { Name = kind == "output" ? "z" : "y" });
        Add("Relu", kind == "cycle" ? "y" : kind == "missing" ? "w" : "x", "a");
        Add(kind == "operator" ? "Frobnicate" : "Tanh", "a", kind == "twice" ? "a" : "y");
        using TemporaryFile file = new();
        File.WriteAllBytes(file.Path, model.ToByteArray());
        string reason = kind switch { "cycle" or "missing" => "nothing before it makes", "twice" => "there already", "operator" => "Frobnicate", _ => "made by nothing" };
        Assert.Contains(reason, Assert.Throws<ModelFileException>(() => OnnxNetwork.Load(file.Path)).Message);

        void Add(string type, string input, string output)
        {
            NodeProto node = new() { OpType = type };
            node.Input.Add(input);
            node.Output.Add(output);
            model.Graph.Node.Add(node);
        }
    }

    [Fact]
    public void LoopsInLoopsEnd()
    {
        ModelProto model = new() { Graph = new GraphProto() };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
        model.Graph.Input.Add(new ValueInfoProto { Name = "x" });
        model.Graph.Output.Add(new ValueInfoProto { Name = "y" });
        GraphProto at = model.Graph;
        for (int depth = 0; depth < 8; depth++)
        {
            NodeProto node = new() { OpType = "Loop" };
            node.Input.Add(["", "", "x"]);
            node.Output.Add(depth == 0 ? "y" : $"y{depth}");
            GraphProto body = new() { Name = $"b{depth}" };
            foreach (string name in new[] { $"i{depth}", $"c{depth}", $"s{depth}" })
                body.Input.Add(new ValueInfoProto { Name = name });
            body.Output.Add([new ValueInfoProto { Name = $"c{depth}" }, new ValueInfoProto { Name = $"s{depth}" }]);
            node.Attribute.Add(new AttributeProto { Name = "body", Type = AttributeProto.Types.AttributeType.Graph, G = body });
            at.Node.Add(node);
            at = body;
        }

        using TemporaryFile file = new();
        File.WriteAllBytes(file.Path, model.ToByteArray());
        Stopwatch clock = Stopwatch.StartNew();
        OnnxNetwork network = OnnxNetwork.Load(file.Path);
        Assert.Contains("goes on after", Assert.Throws<InputException>(() => network.Run(new Dictionary<string, OnnxTensor> { ["x"] = new(Filling.Tensor(1, 2)) })).Message);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 60);
    }

    private static void Save(string kind, string path)
    {
        if (kind == "tagger")
        {
            using TemporaryFile data = new(".txt");
            OnnxExport.Save(TaggerSamples.Train(data.Path, "feedback", "mgu", bothDirections: false, characters: 0, beam: 2, spans: true, columns: false), path);
            return;
        }

        ParameterSet set = new();
        Recurrent layer = new(set, "rnn", Cell.Named(kind), 3, 4);
        Filling.Allocate(set, 1);
        OnnxExport.Save(layer, path, new OnnxExportOptions { States = false });
    }

    private static byte[] Mutated(byte[] whole, Random random)
    {
        byte[] bytes = [.. whole];
        switch (random.Next(5))
        {
            case 0:
                return bytes[..random.Next(bytes.Length)];
            case 1:
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 2:
                for (int i = 0; i < 4; i++)
                    bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
                return bytes;
            case 3:
                int from = random.Next(bytes.Length), to = random.Next(bytes.Length), count = Math.Min(random.Next(1, 30), bytes.Length - Math.Max(from, to));
                Array.Copy(whole, from, bytes, to, count);
                return bytes;
            default:
                bytes[random.Next(bytes.Length)] = 0xff;
                return bytes;
        }
    }
}
