using System.Text.Json;
using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Cells.Graph;
using Unfold.Cells.Recognition;
using Unfold.Layers;
using Unfold.Losses;
using Unfold.Optimizers;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Tests.Layers;

/// <summary>
/// The losses of ten steps of training that PyTorch gave from the same weights on the same tokens: see <c>golden/trajectories.py</c>. Also for
/// cells that are PyTorch's in other words, whose weights must then take the same way.
/// </summary>
public sealed class TrajectoryTests
{
    private const int V = 11, E = 6, H = 8, L = 2, T = 7, N = 3, Steps = 10;

    /// <summary>
    /// PyTorch's own float32 losses differ from its float64 ones, with which they are compared here, by up to 5e-7 (in the file as
    /// <c>float32_difference</c>); this is four times that, for sums in another order and sigmoids with another last bit.
    /// </summary>
    private const double Tolerance = 2e-6;

    private const string TurnedGru =
        "z = sigmoid(Wz [h, x] + bz)\nr = sigmoid(Wr x + Ur h + br)\nn = tanh(W x + b + r * (c + U h))\nh' = h + z * (n - h)";

    private const string TurnedLstm =
        "f = sigmoid(Wf [h, x] + bf)\ni = sigmoid(Wi x + Ui h + bi)\ng = tanh(bg - Wg x - Ug h)\no = sigmoid(Wo x + Uo h + bo)\nc' = (1 - f) * c + i * g\nh' = o * tanh(c')";

    public static TheoryData<string, string, string> Trajectories { get; } = new()
    {
        { "rnn", "sgd", Cell.Named("rnn").Text },
        { "rnn", "adam", Cell.Named("rnn").Text },
        { "lstm", "sgd", Cell.Named("lstm").Text },
        { "lstm", "adam", Cell.Named("lstm").Text },
        { "lstm", "adam", TurnedLstm },
        { "gru_reset_after", "sgd", Cell.Named("gru_reset_after").Text },
        { "gru_reset_after", "adam", Cell.Named("gru_reset_after").Text },
        { "gru_reset_after", "sgd", Cell.Named("gru_reset_after_chung").Text },
        { "gru_reset_after", "adam", TurnedGru },
    };

    [Theory]
    [MemberData(nameof(Trajectories))]
    public void Ten_losses_are_PyTorchs(string name, string optimizerName, string text)
    {
        using JsonDocument golden = JsonDocument.Parse(File.ReadAllText(Repository.At("tests", "Unfold.Tests", "Layers", "golden", "trajectories.json")));
        double[] expected = [.. golden.RootElement.GetProperty($"{name} {optimizerName}").GetProperty("losses").EnumerateArray().Select(e => e.GetDouble())];
        Optimizer optimizer = optimizerName == "sgd" ? new Sgd(0.5f) : new Adam(0.01f);

        float[] losses = Train(Cell.Parse(text), optimizer);

        Assert.Equal(Steps, expected.Length);
        for (int step = 0; step < Steps; step++)
            Assert.True(Math.Abs(expected[step] - losses[step]) <= Tolerance, $"Step {step}: PyTorch's loss is {expected[step]:R}, ours {losses[step]:R}.");
    }

    private static float[] Train(Cell cell, Optimizer optimizer)
    {
        var parameters = new ParameterSet();
        var encoder = new Embedding(parameters, "encoder", V, E);
        var rnn = new Recurrent(parameters, "rnn", cell, E, H, L);
        var decoder = new Linear(parameters, "decoder", H, V);
        parameters.Allocate(0);
        SetWeights(parameters, rnn);

        var tape = new Tape();
        RecurrentState state = rnn.InitialState(N);
        var losses = new float[Steps];
        for (int step = 0; step < Steps; step++)
        {
            int first = step * T;
            parameters.ZeroGradients();
            Tensor x = encoder.Forward(tape, Tokens(first), new Shape(T, N));
            (Tensor output, state) = rnn.Forward(tape, x, state);
            Tensor loss = SoftmaxCrossEntropy.Forward(tape, decoder.Forward(tape, output), Tokens(first + 1));
            losses[step] = loss.Values[0];
            tape.Backward(loss);
            optimizer.Step(parameters);
            tape.Reset();
        }

        return losses;
    }

    private static int[] Tokens(int first) => [.. from t in Enumerable.Range(first, T) from n in Enumerable.Range(0, N) select (t * t + 3 * t * n + 5 * n + t / 4) % V];

    /// <summary>The script's weights, by the place of each tensor in PyTorch's order: encoder, four of each layer, decoder.</summary>
    private static void SetWeights(ParameterSet parameters, Recurrent rnn)
    {
        int place = 0;
        Numbers(parameters["encoder.weight"].Shape.Length, place++).CopyTo(parameters["encoder.weight"].Value.Span);
        foreach (RecurrentLayer layer in rnn.Layers)
        {
            CellGraph graph = layer.Graph;
            RecognizedCell recognized = CellRecognition.Recognize(graph)!;
            var layout = new PyTorchLayout(graph, recognized, layer.Sizes);
            var tensors = layout.Export(name => new float[parameters[$"{layer.Name}.{name}"].Shape.Length]).ToDictionary(t => t.Name, t => (t.Shape, t.Values));
            foreach (string tensor in new[] { "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0" })
                Numbers(tensors[tensor].Values.Length, place++).CopyTo(tensors[tensor].Values, 0);
            float[] second = tensors["bias_hh_l0"].Values;
            second.AsSpan(0, recognized.Kind == RecognizedKind.GruResetAfter ? 2 * H : second.Length).Clear();
            foreach ((string name, float[] values) in layout.Import(name => tensors[name]))
                values.CopyTo(parameters[$"{layer.Name}.{name}"].Value.Span);
        }

        Numbers(parameters["decoder.weight"].Shape.Length, place++).CopyTo(parameters["decoder.weight"].Value.Span);
        Numbers(parameters["decoder.bias"].Shape.Length, place).CopyTo(parameters["decoder.bias"].Value.Span);
        parameters.Touch();
    }

    private static float[] Numbers(int count, int place) => [.. Enumerable.Range(0, count).Select(i => (float)(0.4 * Math.Sin(1.7 * i + 0.3 + 0.9 * place)))];
}
