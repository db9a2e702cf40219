using System.Globalization;
using Unfold.Cells;
using Unfold.Formats.Numpy;
using Unfold.Models;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Tests.Models;

/// <summary>Weights from PyTorch and back into it, where Python has it: the same numbers on both sides.</summary>
public sealed class PyTorchExchangeTests : IDisposable
{
    /// <summary>Sums of some tens of products of numbers below 1 in float, in another order.</summary>
    private const float Tolerance = 3e-6f;

    /// <summary>Reads a safetensors file with nothing but what every Python has, and NumPy.</summary>
    private const string Reader =
        """
        import json, struct, sys, numpy, torch
        def load(path):
            data = open(path, 'rb').read()
            length = struct.unpack('<Q', data[:8])[0]
            header = json.loads(data[8:8 + length])
            header.pop('__metadata__', None)
            part = lambda e: data[8 + length + e['data_offsets'][0]:8 + length + e['data_offsets'][1]]
            return {name: torch.from_numpy(numpy.frombuffer(part(e), '<f4').reshape(e['shape']).copy()) for name, e in header.items()}

        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("unfold-pytorch-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [PythonFact("torch")]
    public void Every_layer_of_PyTorch_comes_and_goes_with_the_same_numbers()
    {
        // name, cell here, layer there, its arguments; C = 3, H = 5, T = 6, N = 4, with lengths.
        (string Cell, string Layer, string Arguments)[] cases =
        [
            ("lstm", "LSTM", ""), ("lstm", "LSTM", "bias=False"), ("lstm", "LSTM", "num_layers=3, bidirectional=True"), ("lstm", "LSTM", "proj_size=2"),
            ("lstm", "LSTM", "num_layers=2, bidirectional=True, proj_size=3"), ("gru", "GRU", ""), ("gru", "GRU", "num_layers=2, bidirectional=True, bias=False"), ("gru_reset_after", "GRU", "num_layers=2"),
            ("rnn", "RNN", "num_layers=2"), ("rnn_relu", "RNN", "nonlinearity='relu', bidirectional=True"), ("rnn", "RNN", "bias=False, bidirectional=True"),
        ];
        string list = string.Join(", ", cases.Select(one => $"torch.nn.{one.Layer}(3, 5{(one.Arguments.Length > 0 ? ", " : "")}{one.Arguments})"));
        const string Common =
            """
            torch.manual_seed(3)
            lengths = torch.tensor([6, 2, 5, 1])
            x = torch.randn(6, 4, 3)
            def run(layer):
                packed = torch.nn.utils.rnn.pack_padded_sequence(x, lengths, enforce_sorted=False)
                return torch.nn.utils.rnn.pad_packed_sequence(layer(packed)[0])[0].detach().numpy()

            """;
        Python.Run(
            Reader + Common + $"layers = [{list}]\n" +
            """
            numpy.save(sys.argv[1] + '/x.npy', x.numpy())
            for i, layer in enumerate(layers):
                numpy.savez(f'{sys.argv[1]}/{i}.npz', **{'model.rnn.' + name: value.numpy() for name, value in layer.state_dict().items()}, other=numpy.zeros(2))
                numpy.save(f'{sys.argv[1]}/{i}.npy', run(layer))
            """, _folder);
        Tensor x = NpyFile.Load(At("x.npy"));
        for (int i = 0; i < cases.Length; i++)
        {
            RecurrentModel model = RecurrentModel.Import(At($"{i}.npz"), new WeightImportOptions { Cell = Cell.Named(cases[i].Cell) }, out IReadOnlyList<string> leftOut);
            Assert.Equal(["other"], leftOut);
            AssertClose(NpyFile.Load(At($"{i}.npy")), model.Run(x, [6, 2, 5, 1]), $"{cases[i]}");
            model.Save(At($"{i}.safetensors"));
        }

        // Back: the names, shapes and order of PyTorch, also where it has no biases, and the same numbers.
        string found = Python.Run(
            Reader + Common + $"layers = [{list.Replace(", bias=False", "", StringComparison.Ordinal)}]\n" +
            """
            worst = 0
            for i, layer in enumerate(layers):
                layer.load_state_dict({name.removeprefix('rnn.'): value for name, value in load(f'{sys.argv[1]}/{i}.safetensors').items()}, strict=True)
                worst = max(worst, numpy.abs(run(layer) - numpy.load(f'{sys.argv[1]}/{i}.npy')).max())
            print(len(layers), float(worst))
            """, _folder);
        string[] numbers = found.Split(' ', StringSplitOptions.TrimEntries);
        Assert.Equal(cases.Length, int.Parse(numbers[0], CultureInfo.InvariantCulture));
        Assert.InRange(double.Parse(numbers[1], CultureInfo.InvariantCulture), 0, Tolerance);
    }

    [PythonFact("torch")]
    public void A_language_model_trained_here_scores_the_same_in_PyTorch()
    {
        foreach ((string cell, string layer) in new[] { ("lstm", "LSTM"), ("gru_reset_after", "GRU") })
        {
            LanguageModel model = LanguageModel.Train(TinyText.Sentences(40), TinyText.Options with { Cell = Cell.Named(cell), Hidden = 12, Embedding = 7, Layers = 2, Epochs = 2 });
            string path = At($"{cell}.safetensors");
            model.Save(path);
            string text = string.Concat(TinyText.Sentences(1).Take(60)) + "\n";
            double own = model.Score(text).Whole.LogProbability;
            Assert.True(own < -1);
            string vocabulary = At("vocabulary.txt");
            File.WriteAllText(vocabulary, string.Join(',', text.Select(letter => model.Vocabulary.Encode(letter.ToString())[0])));
            string found = Python.Run(
                Reader +
                $$"""
                weights = load(sys.argv[1])
                tokens = torch.tensor([int(t) for t in open(sys.argv[2]).read().split(',')])
                class Model(torch.nn.Module):
                    def __init__(self):
                        super().__init__()
                        self.encoder = torch.nn.Embedding(*weights['encoder.weight'].shape)
                        self.rnn = torch.nn.{{layer}}(7, 12, 2)
                        self.decoder = torch.nn.Linear(12, weights['decoder.bias'].shape[0])
                    def forward(self, t):
                        return self.decoder(self.rnn(self.encoder(t).unsqueeze(1))[0].squeeze(1))
                model = Model()
                model.load_state_dict(weights, strict=True)
                start = int(sys.argv[3])
                before = torch.cat([torch.tensor([start]), tokens[:-1]])
                print(float(-torch.nn.functional.cross_entropy(model(before), tokens, reduction='sum')))
                """, path, vocabulary, model.Vocabulary.LineEnd.ToString(CultureInfo.InvariantCulture));
            Assert.Equal(own, double.Parse(found, CultureInfo.InvariantCulture), 1e-5 * Math.Abs(own));
        }
    }

    private string At(string name) => Path.Combine(_folder, name);

    private static void AssertClose(Tensor expected, Tensor found, string what)
    {
        Assert.Equal(expected.Shape, found.Shape);
        for (int i = 0; i < expected.Shape.Length; i++)
            Assert.True(Math.Abs(expected.Values[i] - found.Values[i]) <= Tolerance, $"{what}: element {i} is {found.Values[i]}, but PyTorch has {expected.Values[i]}.");
    }
}
