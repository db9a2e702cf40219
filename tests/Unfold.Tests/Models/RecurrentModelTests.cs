using System.Text.Json;
using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Formats.Numpy;
using Unfold.Layers;
using Unfold.Models;
using Unfold.Tensors;
using Unfold.Testing;
using Unfold.Tests.Keras;

namespace Unfold.Tests.Models;

/// <summary>Weights of PyTorch and Keras, with the outputs that were recorded there.</summary>
public sealed class RecurrentModelTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-import-").FullName;

    public static TheoryData<string> KerasCases { get; } =
        [.. KerasEntry.Names("recurrent.LSTM", "recurrent.GRU", "recurrent.SimpleRNN", "wrappers.Bidirectional")];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [DataFact("pytorch-golden")]
    public void An_lstm_of_PyTorch_gives_its_recorded_states()
    {
        JsonElement file = JsonDocument.Parse(File.ReadAllText(DataSet.Path("pytorch-golden/lstm_2_3.json"))).RootElement;
        Dictionary<string, Tensor> tensors = new[] { "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0" }.ToDictionary(name => name, name => Array(file.GetProperty(name)));
        RecurrentModel model = RecurrentModel.Import(tensors);
        Tensor x = Array(file.GetProperty("input"));
        (_, RecurrentState state) = model.Encoder.Causal.Forward(Tape.ForInference(), x.Reshape(x.Shape.Length / 2, 1, 2));

        // The file has four decimals; the cell's states are h and c in the order of its text.
        float[][] expected = [.. new[] { "expected_h_n", "expected_c_n" }.Select(name => Array(file.GetProperty(name)).Values.ToArray())];
        Assert.Equal(2, state.Tensors.Count);
        Assert.All(expected, values => Assert.Contains(state.Tensors, tensor => tensor.Values.ToArray().Zip(values).All(pair => Math.Abs(pair.First - pair.Second) < 5.1e-5)));

        static Tensor Array(JsonElement json)
        {
            List<int> shape = [];
            for (JsonElement inner = json; inner.ValueKind == JsonValueKind.Array; inner = inner[0])
                shape.Add(inner.GetArrayLength());
            return Tensor.From([.. Flat(json)], new Shape([.. shape]));
        }

        static IEnumerable<float> Flat(JsonElement json) => json.ValueKind == JsonValueKind.Array ? json.EnumerateArray().SelectMany(Flat) : [json.GetSingle()];
    }

    [DataTheory(KerasEntry.DataSet)]
    [MemberData(nameof(KerasCases))]
    public void A_layer_of_Keras_gives_its_recorded_output(string name)
    {
        KerasEntry entry = KerasEntry.Load(name);
        JsonElement attributes = entry.Attributes;
        bool isBidirectional = attributes.TryGetProperty("layer", out JsonElement inner);
        string kind = isBidirectional ? inner.GetProperty("class_name").GetString()! : name.Split('.')[1];
        JsonElement layer = isBidirectional ? inner.GetProperty("config") : attributes;
        int each = entry.Weights.Length / (isBidirectional ? 2 : 1);
        Dictionary<string, Tensor> tensors = [];
        for (int i = 0; i < entry.Weights.Length; i++)
            tensors[$"wrapper/{(i < each ? "forward" : "backward")}_{kind}/cell_{i / each}/{new[] { "kernel", "recurrent_kernel", "bias" }[i % each]}:0"] = entry.Weights[i];
        RecurrentModel model = RecurrentModel.Import(tensors, new WeightImportOptions
        {
            Cell = Cell.Named(kind switch { "LSTM" => "lstm", "GRU" => "gru", _ => "rnn" }),
            GateActivation = layer.TryGetProperty("recurrent_activation", out JsonElement gate) && gate.GetString() == "hard_sigmoid" ? "hard_sigmoid_keras2" : "sigmoid",
            Merge = isBidirectional && attributes.GetProperty("merge_mode").GetString() == "sum" ? DirectionMerge.Sum : DirectionMerge.Concatenate,
        });

        // Through a file, so that the model in it is the one that was imported.
        string path = Path.Combine(_folder, "model.safetensors");
        model.Save(path);
        model = RecurrentModel.Load(path);
        Tensor x = entry.Input.Reshape(entry.Input.Shape[0], 1, entry.Input.Shape[1]);
        if (Is("go_backwards"))
            x = Tensor.From([.. Enumerable.Range(0, x.Shape[0]).Reverse().SelectMany(t => x.Slice(t, 1).Values.ToArray())], x.Shape);
        Tensor y = model.Run(x);
        if (Is("stateful"))
        {
            SequenceLayer stream = model.Encoder.Causal;
            (_, RecurrentState state) = stream.Forward(Tape.ForInference(), x);
            y = stream.Forward(Tape.ForInference(), x, state).Output.Copy();
        }

        entry.AssertExpected(Is("return_sequences") ? y.Reshape(y.Shape[0], y.Shape[2]) : model.Encoder.Read(Tape.ForInference(), x.Reshape(x.Shape[0], x.Shape[2]), new PackedSequences([x.Shape[0]]), SequenceReading.Last).Reshape(model.OutputSize), 3e-6);

        bool Is(string attribute) => layer.TryGetProperty(attribute, out JsonElement value) && value.GetBoolean();
    }

    [DataFact("g2p-gru-weights")]
    public void A_trained_encoder_and_decoder_spell_as_they_did()
    {
        string path = DataSet.Path("g2p-gru-weights/checkpoint20.npz");
        JsonElement expected = JsonDocument.Parse(File.ReadAllText(DataSet.Path("g2p-gru-weights/expected.json"))).RootElement;
        RecurrentModel encoder = Import("enc"), decoder = Import("dec_");
        Assert.Equal("gru_reset_after", encoder.Cell.Name);
        using NpzFile file = NpzFile.Open(path);
        Tensor letters = file.Read("enc_emb"), sounds = file.Read("dec_emb"), weight = file.Read("fc_w"), bias = file.Read("fc_b");
        string[] graphemes = Names("graphemes"), phonemes = Names("phonemes");
        int words = 0;
        foreach (JsonProperty word in expected.GetProperty("words").EnumerateObject())
        {
            words++;
            int[] spelling = [.. word.Name.Select(letter => System.Array.IndexOf(graphemes, letter.ToString())), System.Array.IndexOf(graphemes, "</s>")];
            float[] rows = [.. spelling.SelectMany(letter => letters.Slice(letter, 1).Values.ToArray())];
            (_, RecurrentState state) = encoder.Encoder.Causal.Forward(Tape.ForInference(), Tensor.From(rows, new Shape(spelling.Length, 1, letters.Shape[1])));
            AssertClose(word.Value.GetProperty("encoder_final_hidden_first8"), state.Tensors[0].Values, 5e-6);

            List<string> spoken = [];
            int last = System.Array.IndexOf(phonemes, "<s>"), end = System.Array.IndexOf(phonemes, "</s>");
            for (int step = 0; step < expected.GetProperty("max_decode_steps").GetInt32(); step++)
            {
                (Tensor output, state) = decoder.Encoder.Causal.Step(sounds.Slice(last, 1), state);
                float[] logits = [.. Enumerable.Range(0, phonemes.Length).Select(i => Dot(weight.Slice(i, 1).Values, output.Values) + bias.Values[i])];
                if (step == 0)
                    AssertClose(word.Value.GetProperty("first_step_logits_first8"), logits, 2e-5);
                last = System.Array.IndexOf(logits, logits.Max());
                if (last == end)
                    break;
                spoken.Add(phonemes[last]);
            }

            Assert.Equal(word.Value.GetProperty("phonemes").EnumerateArray().Select(e => e.GetString()), spoken);
        }

        Assert.Equal(8, words);

        RecurrentModel Import(string prefix)
        {
            RecurrentModel model = RecurrentModel.Import(path, new WeightImportOptions { Cell = Cell.Named("gru"), Prefix = prefix }, out IReadOnlyList<string> leftOut);
            Assert.Equal(8, leftOut.Count);
            return model;
        }

        string[] Names(string name) => [.. expected.GetProperty(name).EnumerateArray().Select(e => e.GetString()!)];

        static float Dot(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
        {
            double sum = 0;
            for (int i = 0; i < a.Length; i++)
                sum += (double)a[i] * b[i];
            return (float)sum;
        }

        static void AssertClose(JsonElement expected, ReadOnlySpan<float> found, double tolerance)
        {
            for (int i = 0; i < 8; i++)
                Assert.Equal(expected[i].GetDouble(), found[i], tolerance);
        }
    }

    [Theory]
    [InlineData("lstm", "", "rnn.weight_ih_l0 8,3; rnn.weight_hh_l0 8,2; decoder.weight_ih_l0 8,3", "several stacks of recurrent layers: choose one by its prefix, of 'decoder', 'rnn'")]
    [InlineData("lstm", "encoder", "rnn.weight_ih_l0 8,3; rnn.weight_hh_l0 8,2", "no recurrent layers under 'encoder', but under 'rnn'")]
    [InlineData("lstm", "", "weight 8,3", "it has no recurrent layers: no name ends in weight_ih_l0 or recurrent_kernel")]
    [InlineData("lstm", "", "weight_ih_l0 6,3; weight_hh_l0 6,2", "for a cell of 4 gates they should be [4 H, C] and [4 H, H]: that looks like a GRU's")]
    [InlineData("gru", "", "weight_ih_l0 8,3; weight_hh_l0 8,2", "for a cell of 3 gates they should be [3 H, C] and [3 H, H]: that looks like an LSTM's")]
    [InlineData("lstm", "", "weight_ih_l0 8,3", "weight_hh is missing beside 'weight_ih_l0'")]
    [InlineData("lstm", "", "weight_ih_l0 8,3; weight_hh_l0 8,2; weight_ih_l2 8,2", "no 'weight_ih_l1'")]
    [InlineData("lstm", "", "weight_ih_l0 8,3; weight_hh_l0 8,2; weight_ih_l1 8,5; weight_hh_l1 8,2", "weight_ih_l1 is [8, 5], but the cell needs [8, 2]")]
    [InlineData("lstm", "", "weight_ih_l0 8,3; weight_hh_l0 8,2; weight_ih_l0_reverse 8,3", "weight_hh_l0_reverse is missing")]
    [InlineData("lstm", "", "weight_ih_l0 8,3; weight_hh_l0 8,2; bias_ih_l0 9", "bias_ih_l0 is [9], but the cell needs [8]")]
    [InlineData("lstm", "", "weight_ih_l0 8,3; weight_hh_l0 8,2; w_ih_l0 8,3", "are the same of one layer")]
    [InlineData("lstm", "", "weight_ih_l0 8,3; weight_hh_l0 8,2; weight_hh_l99999 8,2", "at most 64 are read")]
    [InlineData("lstm", "", "a/kernel 3,8; a/recurrent_kernel 2,6", "[H, 4 H]: that looks like a GRU's")]
    [InlineData("lstm", "", "a/kernel 3,6; a/recurrent_kernel 2,8", "asks for [C, 8]")]
    [InlineData("lstm", "", "a/recurrent_kernel 2,8", "no kernel beside it")]
    [InlineData("lstm", "", "a/kernel 3,8; a/recurrent_kernel 2,8; a/bias 2,8", "it should be [8]")]
    [InlineData("gru", "", "a/kernel 3,6; a/recurrent_kernel 2,6; a/bias 3,6", "it should be [6] or [2, 6]")]
    [InlineData("lstm", "", "b/forward_l/kernel 3,8; b/forward_l/recurrent_kernel 2,8; b/backward_l/kernel 3,8; b/backward_l/recurrent_kernel 2,8; l/kernel 4,8; l/recurrent_kernel 2,8", "some of its recurrent layers have one direction")]
    public void What_does_not_fit_is_refused_with_the_reason(string cell, string prefix, string tensors, string reason)
    {
        WeightImportOptions options = new() { Cell = Cell.Named(cell), Prefix = prefix.Length == 0 ? null : prefix };
        Dictionary<string, Tensor> given = tensors.Split("; ").Select(one => one.Split(' ')).ToDictionary(one => one[0], one => Tensor.Zeros(new Shape([.. one[1].Split(',').Select(int.Parse)])));
        Assert.Contains(reason, Assert.Throws<ModelFileException>(() => RecurrentModel.Import(given, options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cells_and_functions_that_the_other_system_has_not_are_refused()
    {
        Dictionary<string, Tensor> pytorch = Named("weight_ih_l0", "weight_hh_l0"), keras = Named("kernel", "recurrent_kernel");
        Assert.Contains("PyTorch has no layer for the cell 'peephole'", Refused(pytorch, new() { Cell = Cell.Named("peephole") }), StringComparison.Ordinal);
        Assert.Contains("Keras has no layer for the cell 'lstmp'", Refused(keras, new() { Cell = Cell.Named("lstmp") }), StringComparison.Ordinal);
        Assert.Contains("Activation expects one of tanh, linear", Refused(keras, new() { Activation = "swish2" }), StringComparison.Ordinal);
        Assert.Contains("GateActivation expects one of sigmoid", Refused(keras, new() { GateActivation = "relu" }), StringComparison.Ordinal);

        string Refused(Dictionary<string, Tensor> tensors, WeightImportOptions options) => Assert.Throws<OptionException>(() => RecurrentModel.Import(tensors, options)).Message;

        static Dictionary<string, Tensor> Named(string input, string recurrent) => new() { [input] = Tensor.Zeros(input == "kernel" ? new Shape(3, 8) : new Shape(8, 3)), [recurrent] = Tensor.Zeros(input == "kernel" ? new Shape(2, 8) : new Shape(8, 2)) };
    }

    [Fact]
    public void Layers_of_Keras_follow_each_other_by_number_and_activations_stand_in_the_equations()
    {
        Dictionary<string, Tensor> tensors = [];
        foreach ((string layer, int width) in new[] { ("lstm_10", 2), ("lstm", 3), ("lstm_2", 2) })
        {
            tensors[$"{layer}/lstm_cell/kernel"] = Tensor.Zeros(new Shape(width, 8));
            tensors[$"{layer}/lstm_cell/recurrent_kernel"] = Tensor.Zeros(new Shape(2, 8));
        }

        tensors["dense/kernel"] = Tensor.Zeros(new Shape(2, 2));
        RecurrentModel model = RecurrentModel.Import(tensors, new WeightImportOptions { Activation = "relu", GateActivation = "hard_sigmoid" });
        Assert.Equal((3, 2), (model.InputSize, model.OutputSize));
        Assert.Equal("lstm_hard_sigmoid_relu", model.Cell.Name);
        Assert.Contains("f  = hard_sigmoid(Wf x + Uf h + bf)\n", model.Cell.Text, StringComparison.Ordinal);
        Assert.Contains("h' = o * relu(c')\n", model.Cell.Text, StringComparison.Ordinal);
        Assert.Contains("3 layers", model.Describe(), StringComparison.Ordinal);
    }
}
