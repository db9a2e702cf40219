using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Data.Forecasting;
using Unfold.Data.Images;
using Unfold.Data.Music;
using Unfold.Layers;
using Unfold.Models;
using Unfold.Onnx.Protocol;
using Unfold.Onnx.Tests.Runtime;
using Unfold.Tensors;

namespace Unfold.Onnx.Tests.Export;

/// <summary>Trained models give in ONNX Runtime what they give here, from what a user has to what a user wants.</summary>
public sealed class ModelTests
{
    private const string Text = "the cat sat on the mat\na dog ran to a tree\nthe bird saw the moon\n";

    [RuntimeTheory]
    [InlineData("lstm")]
    [InlineData("janet")]
    public void ALanguageModelStreams(string cell)
    {
        using TemporaryFile file = new();
        LanguageModel model = LanguageModel.Train(
            string.Concat(Enumerable.Repeat(Text, 20)), new LanguageModelOptions { Cell = Cell.Named(cell), Hidden = 12, Layers = 2, Epochs = 1, Batch = 4, Unroll = 16 });
        OnnxExport.Save(model, file.Path);
        int[] tokens = model.Vocabulary.Encode("the cat saw a tree");
        RecurrentState state = model.Network.Rnn.InitialState(1);
        Tensor whole = model.Network.Forward(Tape.ForInference(), tokens, tokens.Length, 1, null, state);
        int width = model.Vocabulary.Count;

        // In two parts, the states of the first going into the second.
        string[] names = [.. model.Network.Rnn.Layers.SelectMany(layer => layer.Graph.States.Select(s => $"{layer.Name}.{s.Name}"))];
        List<(string Name, Value Value)> states = [.. names.Select(name => ("initial." + name, Value.Of([1, 12], new float[12])))];
        List<float> found = [];
        foreach (int[] part in new[] { tokens[..5], tokens[5..] })
        {
            IReadOnlyDictionary<string, Value> outputs = OnnxRuntime.Run(file.Path, [("tokens", Value.Of([part.Length, 1], part)), ("lengths", Value.Of(part.Length)), .. states]);
            found.AddRange(outputs["logits"].Floats);
            states = [.. names.Select(name => ("initial." + name, outputs["final." + name]))];
        }

        Value.Of([tokens.Length, 1, width], found.ToArray()).AssertNear("logits", [tokens.Length, 1, width], whole.Values);
        Assert.Contains("\"tokens\"", MetadataOf(file.Path)["vocabulary"]);
        Assert.Equal("text", MetadataOf(file.Path)["task"]);
    }

    [RuntimeFact]
    public void ProbabilitiesAreGivenWhereTheyAreAskedFor()
    {
        using TemporaryFile file = new();
        LanguageModel model = LanguageModel.Train(string.Concat(Enumerable.Repeat(Text, 20)), new LanguageModelOptions { Hidden = 8, Epochs = 1, Batch = 4, Unroll = 16 });
        OnnxExport.Save(model, file.Path, new OnnxExportOptions { Probabilities = true, States = false, Lengths = false });
        int[] tokens = model.Vocabulary.Encode("the");
        Value found = OnnxRuntime.Run(file.Path, ("tokens", Value.Of([3, 1], tokens)))["probabilities"];
        Assert.All(found.Floats.Chunk(model.Vocabulary.Count), row => Assert.Equal(1, row.Sum(), 5));
    }

    [RuntimeTheory]
    [InlineData("gru")]
    [InlineData("tcn")]
    public void AModelOfMusicGivesTheSameNumbers(string layer)
    {
        using TemporaryFile file = new();
        SequenceLayerOptions options = layer == "tcn" ? new TemporalConvolutionalOptions { Channels = 8, Levels = 2, Kernel = 3 } : new RecurrentOptions(Cell.Named(layer)) { Hidden = 10 };
        MusicPieces pieces = new([.. Enumerable.Range(0, 8).Select(p => Enumerable.Range(0, 12).Select(t => new[] { 60 + ((t + p) % 12), 48 }).ToArray())]);
        MusicModel model = MusicModel.Train(new MusicFiles(pieces, null, null), new MusicModelOptions { Layer = options, Epochs = 1, Batch = 4 });
        OnnxExport.Save(model, file.Path, new OnnxExportOptions { States = false, Probabilities = true });

        int[][] piece = [[60, 64], [62], [], [65, 69, 72]];
        MusicStream stream = model.Stream();
        float[] notes = new float[5 * 88];
        List<float> expected = [.. stream.Probabilities];
        for (int t = 0; t < piece.Length; t++)
        {
            stream.Read(piece[t]);
            expected.AddRange(stream.Probabilities);
            foreach (int pitch in piece[t])
                notes[((t + 1) * 88) + pitch - 21] = 1;
        }

        OnnxRuntime.Run(file.Path, ("notes", Value.Of([5, 1, 88], notes)), ("lengths", Value.Of(5)))["probabilities"].AssertNear("probabilities", [5, 1, 88], expected.ToArray());
    }

    [RuntimeTheory]
    [InlineData(false, WindowView.FromLast, false)]
    [InlineData(true, WindowView.AsIs, true)]
    [InlineData(false, WindowView.Standardized, true)]
    [InlineData(true, WindowView.Standardized, false)]
    public void AForecasterGivesTheSameNumbers(bool joint, WindowView view, bool quantiles)
    {
        using TemporaryFile file = new();
        float[] values = [.. Enumerable.Range(0, 300).Select(i => (float)((Math.Sin(i / 2 * 0.4) * (1 + (i % 2))) + (5 * (i % 2))))];
        Forecaster model = Forecaster.Train(new TimeSeries(["one", "two"], values), new ForecasterOptions
        {
            Layer = new RecurrentOptions(Cell.Named("gru_reset_after")) { Hidden = 8 },
            LookBack = 12,
            Horizon = 6,
            Segment = 3,
            Joint = joint,
            View = view,
            Quantiles = quantiles ? [0.1f, 0.5f, 0.9f] : [],
            Epochs = 1,
        });
        OnnxExport.Save(model, file.Path);
        int each = quantiles ? 3 : 1;
        float[] history = new float[12 * 3 * 2], expected = new float[6 * 3 * 2 * each];
        for (int n = 0; n < 3; n++)
        {
            float[] window = values[(20 * n)..((20 * n) + 24)];
            Forecast forecast = model.Predict(window);
            IReadOnlyList<float> answers = quantiles ? forecast.Values : forecast.Points;
            for (int i = 0; i < 24; i++)
                history[(((i / 2 * 3) + n) * 2) + (i % 2)] = window[i];
            for (int i = 0; i < answers.Count; i++)
                expected[(i / (2 * each) * 3 * 2 * each) + (n * 2 * each) + (i % (2 * each))] = answers[i];
        }

        OnnxRuntime.Run(file.Path, ("history", Value.Of([12, 3, 2], history)))["forecast"].AssertNear("forecast", quantiles ? [6, 3, 2, 3] : [6, 3, 2], expected);
    }

    [RuntimeTheory]
    [InlineData("conv 3x3 6, batch_norm, relu, pool 2, dropout 0.1, conv 3x3 8 same stride 2, leaky_relu 0.1, global max")]
    [InlineData("conv 3x3 4 groups 2 same, gelu, pool 3 stride 2 average pad 1, adaptive_average 3x2, flatten, linear 6, layer_norm, silu")]
    [InlineData("conv 3x3 4, elu, transposed_conv 2x2 3 stride 2, upsample 2, layer_norm, upsample 2 linear, global average")]
    [InlineData("flatten steps, recurrent 6 mgu last, softplus")]
    [InlineData("recurrent 5 lstm, tanh, upsample 2 linear, tcn 4 levels 2 kernel 3 last, linear 3 no_bias, sigmoid")]
    [InlineData("pool 2 sum, global sum, softmax")]
    public void AnImageClassifierGivesTheSameNumbers(string layers)
    {
        using TemporaryFile file = new();
        ImageSize size = new(2, 9, 10);
        Random random = new(3);
        byte[] pixels = new byte[24 * size.Length];
        random.NextBytes(pixels);
        ImageDataset images = new(pixels, [.. Enumerable.Range(0, 24).Select(i => i % 3)], ["a", "b", "c"], size);
        ImageClassifier model = ImageClassifier.Train(new ImageFiles(images, null), new ImageClassifierOptions { Layers = layers, Epochs = 1, Batch = 8 });
        OnnxExport.Save(model, file.Path, new OnnxExportOptions { Probabilities = true });
        float[] expected = [.. model.Predict(images).SelectMany(prediction => prediction.Probabilities)];
        Value found = OnnxRuntime.Run(file.Path, ("pixels", Value.Of([24, 2, 9, 10], [.. pixels.Select(pixel => (float)pixel)])))["probabilities"];
        found.AssertNear("probabilities", [24, 3], expected);
    }

    [RuntimeFact]
    public void LayersOfPyTorchGiveTheSameNumbers()
    {
        using TemporaryFile saved = new(".safetensors"), file = new();
        Dictionary<string, Tensor> tensors = [];
        foreach (string direction in new[] { "", "_reverse" })
        {
            tensors[$"weight_ih_l0{direction}"] = Filling.Tensor(1 + direction.Length, 20, 3);
            tensors[$"weight_hh_l0{direction}"] = Filling.Tensor(2 + direction.Length, 20, 5);
            tensors[$"bias_ih_l0{direction}"] = Filling.Tensor(3 + direction.Length, 20);
            tensors[$"bias_hh_l0{direction}"] = Filling.Tensor(4 + direction.Length, 20);
        }

        RecurrentModel model = RecurrentModel.Import(tensors);
        model.Save(saved.Path);
        OnnxExport.Convert(saved.Path, file.Path);
        int[] lengths = [6, 2];
        Tensor x = Filling.Tensor(9, 6, 2, 3);
        OnnxRuntime.Run(file.Path, ("x", Value.Of([6, 2, 3], x.Values)), ("lengths", Value.Of(lengths)))["y"].AssertNear("y", [6, 2, 10], model.Run(x, lengths).Values);
        Assert.Equal("recurrent", MetadataOf(file.Path)["task"]);
    }

    private static Dictionary<string, string> MetadataOf(string path) => ModelReader.Read(path).MetadataProps.ToDictionary(entry => entry.Key, entry => entry.Value);
}
