using System.Globalization;
using System.Text;
using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Formats.Numpy;
using Unfold.Formats.Safetensors;
using Unfold.Layers;
using Unfold.Models.Importing;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>
/// Recurrent layers with weights, and nothing around them: what becomes of a file of PyTorch's or Keras's weights. To be run as it is, streamed, or built into something larger by its
/// <see cref="Encoder"/>.
/// </summary>
/// <remarks>Shapes: x <c>[T, N, C]</c>, output <c>[T, N, O]</c>, where O is H, a projection's size, or twice that for two directions that are concatenated.</remarks>
public sealed class RecurrentModel
{
    private readonly RecurrentNetwork _network;
    private readonly RecurrentModelFile _description;

    private RecurrentModel(RecurrentModelFile description, RecurrentNetwork network) => (_description, _network) = (description, network);

    /// <summary>Everything but the weights.</summary>
    internal RecurrentModelFile Description => _description;

    /// <summary>The layers; one direction also streams: <see cref="SequenceEncoder.Causal"/>.</summary>
    public SequenceEncoder Encoder => _network.Encoder;

    /// <summary>The cell of every layer.</summary>
    public Cell Cell => ((RecurrentOptions)_description.Encoder.Layer).Cell;

    /// <summary>C, the number of input features.</summary>
    public int InputSize => Encoder.InputSize;

    /// <summary>O, the number of output features.</summary>
    public int OutputSize => Encoder.OutputSize;

    /// <summary>How many numbers the model has.</summary>
    public long ParameterCount => _network.Parameters.Count;

    /// <summary>Makes a model of the recurrent layers in a file of PyTorch's or Keras's weights.</summary>
    /// <param name="path">A safetensors or .npz file.</param>
    /// <param name="options">Which cell it is, and which layers; null for an <c>lstm</c>.</param>
    /// <param name="leftOut">The names of the file's tensors that are of no recurrent layer, such as those of an embedding.</param>
    /// <returns>The model, which gives the numbers that the layers give there.</returns>
    /// <exception cref="ModelFileException">The file cannot be read, or its tensors are not those of such layers.</exception>
    /// <exception cref="OptionException">The other system has no layer for the cell, or an option is out of range.</exception>
    public static RecurrentModel Import(string path, WeightImportOptions? options, out IReadOnlyList<string> leftOut)
    {
        ArgumentNullException.ThrowIfNull(path);
        using TensorFile file = TensorFile.Open(path);
        return Import(file.Tensors, options, path, out leftOut);
    }

    /// <summary>The same of tensors that are already there.</summary>
    /// <param name="tensors">The tensors by the names that PyTorch or Keras gives them.</param>
    /// <param name="options">Which cell it is, and which layers; null for an <c>lstm</c>.</param>
    /// <returns>The model, which gives the numbers that the layers give there.</returns>
    /// <exception cref="ModelFileException">The tensors are not those of such layers.</exception>
    /// <exception cref="OptionException">The other system has no layer for the cell, or an option is out of range.</exception>
    public static RecurrentModel Import(IReadOnlyDictionary<string, Tensor> tensors, WeightImportOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        return Import(TensorFile.Of(tensors.Keys, name => tensors[name]), options, "tensors", out _);
    }

    /// <summary>Reads a model from its file.</summary>
    /// <param name="path">The file.</param>
    /// <returns>The model.</returns>
    /// <exception cref="ModelFileException">The file is missing, cut short, inconsistent, or holds something else.</exception>
    public static RecurrentModel Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        using SafetensorsFile file = SafetensorsFile.Open(path);
        RecurrentModelFile description = RecurrentModelFile.ReadMetadata(file);
        if (description.Encoder.Layer is not RecurrentOptions)
            throw new ModelFileException($"'{path}' is not a usable model of recurrent layers: its layers are of another kind.");
        return new RecurrentModel(description, ModelWeights.Load(file, "model of recurrent layers", () => new RecurrentNetwork(description.Encoder, description.InputSize)));
    }

    /// <summary>Writes the model to one file, under PyTorch's names where PyTorch has the layers; under its final name only when it is complete.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public void Save(string path) => ModelWeights.Save(path, _description.WriteMetadata, _network);

    /// <summary>Runs the layers over whole sequences. Any number of threads may call it at once.</summary>
    /// <param name="x">[T, N, C]; T and N are 1 or more.</param>
    /// <param name="lengths">[N]: the steps of each sequence, 1 to T; nothing where all have T.</param>
    /// <returns>The output [T, N, O], zeros beyond a sequence's end; it lasts.</returns>
    /// <exception cref="ArgumentException">x or the lengths do not fit.</exception>
    public Tensor Run(Tensor x, ReadOnlySpan<int> lengths = default)
    {
        if (x.Shape.Rank != 3 || x.Shape[2] != InputSize || x.Shape[0] < 1 || x.Shape[1] < 1)
            throw new ArgumentException($"The layers expect x [T, N, C={InputSize}], but got {x.Shape}.");
        int[] all = [.. Enumerable.Repeat(x.Shape[0], lengths.IsEmpty ? x.Shape[1] : 0)];
        Tape tape = Tape.ForInference();
        PackedSequences sequences = SequenceRowsOperation.Sequences(tape, "The model", x, lengths.IsEmpty ? all : lengths);
        Tensor output = Encoder.Forward(tape, SequenceRowsOperation.Packed(tape, x, sequences), sequences);
        return SequenceRowsOperation.Padded(tape, output, sequences, x.Shape[0]).Copy();
    }

    /// <summary>Runs the layers over the sequences of a file.</summary>
    /// <param name="path">An .npy file of [T, C] or [T, N, C], or a text with a step a line: C numbers between spaces, commas, semicolons or tabs.</param>
    /// <returns>The output [T, N, O].</returns>
    /// <exception cref="ModelFileException">The array cannot be read.</exception>
    /// <exception cref="InputException">The file holds no such sequence; the message names the line.</exception>
    public Tensor RunFile(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Run(SequenceTable.Read(path, InputSize));
    }

    /// <summary>Runs the layers over steps as they come, in constant memory.</summary>
    /// <param name="lines">A step a line: C numbers.</param>
    /// <returns>The output of each step, O numbers.</returns>
    /// <exception cref="InvalidOperationException">The layers read in both directions.</exception>
    /// <exception cref="InputException">A line is no step; the message names it.</exception>
    public IEnumerable<IReadOnlyList<float>> RunLines(IEnumerable<string> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        SequenceLayer layer = Encoder.Causal;
        return Steps();

        IEnumerable<IReadOnlyList<float>> Steps()
        {
            RecurrentState state = layer.InitialState(1);
            Tensor output = Tensor.Zeros(new Shape(1, OutputSize));
            int number = 0;
            foreach (string line in lines)
            {
                layer.Step(Tensor.From(SequenceTable.ReadStep(line, InputSize, "input", ++number), new Shape(1, InputSize)), state, state, output);
                yield return output.Values.ToArray();
            }
        }
    }

    /// <summary>Writes what <see cref="Run"/> gave as an .npy file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="output">The tensor.</param>
    /// <exception cref="ModelFileException">The file cannot be written.</exception>
    public static void SaveOutput(string path, Tensor output) => NpyFile.Save(path, output);

    /// <summary>The model for a reader: layers, sizes, equations, and where the weights come from.</summary>
    /// <returns>Several lines of text.</returns>
    public string Describe()
    {
        StringBuilder text = new();
        text.Append(CultureInfo.InvariantCulture, $"recurrent layers: {InputSize} features to {OutputSize}, weights of {_description.Source}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{Encoder.Name,-12}{Encoder}\n{ParameterCount:N0} parameters\n\ncell {Cell.Name}:\n{Cell.Text.TrimEnd()}\n");
        return text.ToString();
    }

    /// <summary>The model in one line.</summary>
    /// <returns>As in <c>RecurrentModel(lstm, 28 -> 128)  # 80,384 parameters</c>.</returns>
    public override string ToString() => FormattableString.Invariant($"RecurrentModel({Cell.Name}, {InputSize} -> {OutputSize})  # {ParameterCount:N0} parameters");

    private static RecurrentModel Import(IReadOnlyList<ImportedTensor> tensors, WeightImportOptions? options, string path, out IReadOnlyList<string> leftOut)
    {
        try
        {
            (RecurrentNetwork network, RecurrentModelFile description) = StackImporter.Import(tensors, options ?? new WeightImportOptions(), path, out leftOut);
            return new RecurrentModel(description, network);
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or ArgumentException or OverflowException)
        {
            throw new ModelFileException($"'{path}' does not fit: {e.Message.TrimEnd('.')}.", e);
        }
    }
}
