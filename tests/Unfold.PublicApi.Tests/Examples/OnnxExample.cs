using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Cells;
using Unfold.Layers;
using Unfold.Onnx;
using Unfold.Optimizers;
using Unfold.Tensors;

namespace Unfold.PublicApi.Tests.Examples;

/// <summary>docs/onnx.md shows the body of <see cref="Run"/>.</summary>
[Collection("Console")]
public sealed class OnnxExample
{
    [Fact]
    public void WritesReadsTrainsAndWritesAgain()
    {
        string before = Environment.CurrentDirectory;
        TextWriter output = Console.Out;
        string folder = Directory.CreateTempSubdirectory("unfold-example-").FullName;
        try
        {
            Environment.CurrentDirectory = folder;
            using var written = new StringWriter();
            Console.SetOut(written);
            Run();
            string[] lines = written.ToString().TrimEnd().Split('\n');
            Assert.Equal("r  = sigmoid(Wr x + Ur h + br)", lines[0].TrimEnd());
            double[] losses = [.. lines[^5..].Select(double.Parse)];
            Assert.True(losses[^1] < losses[0], string.Join(' ', losses));
            Assert.Equal(new FileInfo("layer.onnx").Length, new FileInfo("trained.onnx").Length);
        }
        finally
        {
            Console.SetOut(output);
            Environment.CurrentDirectory = before;
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Run()
    {
        ParameterSet parameters = new();
        Recurrent layer = new(parameters, "rnn", Cell.Named("gru"), inputSize: 3, hiddenSize: 8);
        parameters.Allocate(seed: 1);
        OnnxExport.Save(layer, "layer.onnx", new OnnxExportOptions { States = false });

        OnnxNetwork network = OnnxNetwork.Load("layer.onnx");
        Console.WriteLine(network.Layers[0].Cell.Text);
        Dictionary<string, OnnxTensor> inputs = new()
        {
            ["x"] = new(Tensor.From([.. Enumerable.Range(0, 60).Select(i => MathF.Sin(i))], new Shape(10, 2, 3))),
            ["lengths"] = new([2], [10, 7]),
        };
        Tape tape = new();
        Optimizer optimizer = new Sgd(0.5f);
        for (int step = 0; step < 5; step++)
        {
            network.Parameters.ZeroGradients();
            Tensor y = network.Forward(tape, inputs)["y"].Real;
            Tensor loss = tape.Mean(tape.Multiply(y, y));
            Console.WriteLine(loss.Scalar);
            tape.Backward(loss);
            optimizer.Step(network.Parameters);
            tape.Reset();
        }

        network.Save("trained.onnx");
    }
}
