using Unfold.Cells;
using Unfold.Formats.Safetensors;
using Unfold.Models;
using Unfold.Tensors;

namespace Unfold.Tests.Models;

public sealed class LanguageModelFileTests : IDisposable
{
    private static readonly string Text = TinyText.Sentences(40);

    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-file-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_lstm_has_the_names_shapes_and_order_of_PyTorch()
    {
        LanguageModelOptions options = TinyText.Options with { Hidden = 8, Embedding = 5, Layers = 2, Epochs = 1 };
        using SafetensorsFile file = SafetensorsFile.Open(Save(LanguageModel.Train(Text, options)));
        Assert.Equal(
            [
                "encoder.weight [17, 5]",
                "rnn.weight_ih_l0 [32, 5]", "rnn.weight_hh_l0 [32, 8]", "rnn.bias_ih_l0 [32]", "rnn.bias_hh_l0 [32]",
                "rnn.weight_ih_l1 [32, 8]", "rnn.weight_hh_l1 [32, 8]", "rnn.bias_ih_l1 [32]", "rnn.bias_hh_l1 [32]",
                "decoder.weight [17, 8]", "decoder.bias [17]",
            ],
            file.Tensors.Select(tensor => $"{tensor.Name} {tensor.Shape}"));
        Assert.True(file.Read("rnn.bias_hh_l1").Values.ToArray().All(value => value == 0));

        // The forget gate, whose bias starts at 1, is the second block of rows.
        ReadOnlySpan<float> biases = file.Read("rnn.bias_ih_l0").Values;
        Assert.True(Mean(biases.Slice(8, 8)) > 0.7 && Math.Abs(Mean(biases[..8])) < 0.3);
    }

    [Theory]
    [InlineData("peephole")]
    [InlineData("gru")]
    [InlineData("gru_reset_after")]
    [InlineData("rnn")]
    [InlineData("mut1")]
    [InlineData("lstmp")]
    public void Every_cell_comes_back_to_the_bit(string name)
    {
        LanguageModel model = LanguageModel.Train(Text, TinyText.Options with { Cell = Cell.Named(name), Epochs = 1, Layers = name == "lstmp" ? 1 : 2 });
        string path = Save(model);
        byte[] bytes = File.ReadAllBytes(path);
        LanguageModel loaded = LanguageModel.Load(path);
        Assert.Equal(bytes, File.ReadAllBytes(Save(loaded)));
        Assert.Equal(model.Score("the cat\n").Whole, loaded.Score("the cat\n").Whole);
        Assert.Equal(model.Options.Cell.Text, loaded.Options.Cell.Text);
    }

    [Fact]
    public void A_cell_of_ones_own_travels_with_its_model_under_its_own_names()
    {
        Cell cell = Cell.Parse("# A gated average\nz = sigmoid(Wz x + Uz h + bz)\nh' = z * h + (1 - z) * tanh(W x + b)\nstate h = learned\n".Replace("state h = learned\n", "init h = learned\n"), "mine");
        LanguageModel model = LanguageModel.Train(Text, TinyText.Options with { Cell = cell, Epochs = 2 });
        string path = Save(model);
        using (SafetensorsFile file = SafetensorsFile.Open(path))
        {
            Assert.Contains(file.Tensors, tensor => tensor.Name == "rnn.l0.Wz");
            Assert.Contains(file.Read("rnn.l0.h0").Values.ToArray(), value => value != 0);
        }

        LanguageModel loaded = LanguageModel.Load(path);
        Assert.Equal(cell.Text, loaded.Options.Cell.Text);
        Assert.Equal("mine", loaded.Options.Cell.Name);
        Assert.Equal(model.Score(Text).Whole, loaded.Score(Text).Whole);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        string path = Save(LanguageModel.Train(Text, TinyText.Options with { Hidden = 4, Epochs = 1 }));
        byte[] bytes = File.ReadAllBytes(path);
        for (int length = 0; length < bytes.Length; length += Math.Max(1, bytes.Length / 97))
        {
            File.WriteAllBytes(path, bytes[..length]);
            Assert.Contains(path, Assert.Throws<ModelFileException>(() => LanguageModel.Load(path)).Message);
        }
    }

    [Theory]
    [InlineData("task", "classify", "it is a model for the task 'classify'")]
    [InlineData("task", null, "its metadata have no 'task'")]
    [InlineData("format_version", "99", "format version 99")]
    [InlineData("cell", "h' = tanh(", "its cell's equations are wrong")]
    [InlineData("cell", "h' = tanh(W x + U h)", "does not fit")]
    [InlineData("options", "[]", "its options cannot be read")]
    [InlineData("options", "{\"hidden\":9}", "does not fit")]
    [InlineData("options", "{\"hidden\":60000,\"layers\":200}", "its layers cannot be")]
    [InlineData("options", "{\"hidden\":-1}", "Hidden must be")]
    [InlineData("vocabulary", "{}", "its vocabulary cannot be read")]
    [InlineData("vocabulary", "{\"kind\":\"character\",\"unknown\":-1,\"tokens\":[\"a\"],\"counts\":[1]}", "encoder.weight")]
    [InlineData("vocabulary", "{\"kind\":\"character\",\"unknown\":-1,\"tokens\":[\"a\"],\"counts\":[1,2]}", "1 tokens, but 2 counts")]
    [InlineData("report", "{}", "its training report is incomplete")]
    [InlineData("report", "{", "not a usable language model")]
    public void Inconsistent_metadata_are_refused(string key, string? value, string reason)
    {
        string path = Save(LanguageModel.Train(Text, TinyText.Options with { Hidden = 8, Epochs = 1 }));
        ModelFiles.ChangeMetadata(path, key, value);
        string message = Assert.Throws<ModelFileException>(() => LanguageModel.Load(path)).Message;
        Assert.Contains(reason, message);
        Assert.Contains(path, message);
    }

    [Fact]
    public void Missing_superfluous_and_misshapen_tensors_are_refused()
    {
        LanguageModel model = LanguageModel.Train(Text, TinyText.Options with { Hidden = 8, Epochs = 1 });
        string path = Save(model);
        ModelFiles.Rewrite(path, (name, _) => name != "rnn.weight_hh_l0", _ => { });
        Assert.EndsWith("rnn.weight_hh_l0 is missing.", Assert.Throws<ModelFileException>(() => LanguageModel.Load(path)).Message);

        Save(model);
        ModelFiles.Rewrite(path, (name, _) => name != "decoder.bias", _ => { });
        Assert.EndsWith("it has no tensor 'decoder.bias'.", Assert.Throws<ModelFileException>(() => LanguageModel.Load(path)).Message);

        Save(model);
        ModelFiles.Rewrite(path, (_, _) => true, _ => { }, ("extra", Tensor.Zeros(new Shape(2))));
        Assert.EndsWith("the model has no place for its tensor 'extra'.", Assert.Throws<ModelFileException>(() => LanguageModel.Load(path)).Message);

        Save(model);
        ModelFiles.Rewrite(path, (name, _) => name != "rnn.bias_ih_l0", _ => { }, ("rnn.bias_ih_l0", Tensor.Zeros(new Shape(31))));
        Assert.EndsWith("bias_ih_l0 is [31], but the cell needs [32].", Assert.Throws<ModelFileException>(() => LanguageModel.Load(path)).Message);
    }

    [Fact]
    public void A_model_cannot_be_written_where_there_is_a_directory()
    {
        LanguageModel model = LanguageModel.Train(Text, TinyText.Options with { Hidden = 8, Epochs = 1 });
        Assert.Equal($"Cannot write the model to '{_folder}': it is a directory.", Assert.Throws<ModelFileException>(() => model.Save(_folder)).Message);
    }

    private static double Mean(ReadOnlySpan<float> values) => TokenScorer.Sum(values) / values.Length;

    private string Save(LanguageModel model)
    {
        string path = Path.Combine(_folder, "model.safetensors");
        model.Save(path);
        return path;
    }
}
