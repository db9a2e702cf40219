using Unfold.Autodiff;
using Unfold.Cells;
using Unfold.Cells.Recognition;
using Unfold.Layers;

namespace Unfold.Models.Importing;

/// <summary>Makes layers of another system's weights.</summary>
internal static class StackImporter
{
    /// <summary>Finds the stack among tensors, makes the layers and gives them the weights.</summary>
    /// <param name="tensors">All tensors of a file.</param>
    /// <param name="options">What to make of them.</param>
    /// <param name="file">What the tensors are from, for the description.</param>
    /// <param name="leftOut">The names of those that are of no recurrent layer.</param>
    /// <exception cref="FormatException">The tensors are not such layers'; the message is the end of a sentence.</exception>
    /// <exception cref="InvalidDataException">A tensor does not fit the cell; the message is a sentence.</exception>
    /// <exception cref="OptionException">The other system has no layer for the cell, or an option is out of range.</exception>
    internal static (RecurrentNetwork Network, RecurrentModelFile Description) Import(IReadOnlyList<ImportedTensor> tensors, WeightImportOptions options, string file, out IReadOnlyList<string> leftOut)
    {
        bool isKeras = options.Layout == WeightLayout.Keras || (options.Layout == WeightLayout.Detect && !PyTorchNames.AreThere(tensors));
        ImportedStack stack = isKeras ? KerasNames.Find(tensors, options.Prefix) : PyTorchNames.Find(tensors, options.Prefix);
        leftOut = stack.LeftOut;
        if (!isKeras && options.Merge != DirectionMerge.Concatenate && stack.IsBidirectional)
            throw new OptionException(nameof(options.Merge), $"PyTorch's layers concatenate the outputs of two directions, but Merge is {options.Merge}.");
        Cell cell = CellChoice.For(options.Cell, stack, isKeras);
        RecognizedCell recognized = CellRecognition.Recognize(cell.Graph)!;
        var levels = stack.Levels.Select(level => level.Select(direction => isKeras ? KerasLayout.Convert(direction, recognized) : Read(direction)).ToList()).ToList();

        (int hidden, int inputSize) = SizesOf(levels[0][0], stack.Levels[0][0], recognized);
        SequenceEncoderOptions encoder = new()
        {
            Layer = new RecurrentOptions(CellFunctions.Apply(cell, recognized, options)) { Hidden = hidden, Layers = levels.Count },
            Bidirectional = stack.IsBidirectional,
            Merge = options.Merge,
        };
        RecurrentModelFile description = new(encoder, inputSize, $"{(isKeras ? "Keras" : "PyTorch")}, {Path.GetFileName(file)}");
        RecurrentNetwork network = new(encoder, inputSize);
        network.Parameters.Allocate(0);
        foreach ((RecurrentPart part, Dictionary<string, (int[] Shape, float[] Values)> found) in network.Encoder.AllParts.Zip(levels.SelectMany(level => level)))
            Fill(part, recognized, found);
        network.Parameters.Touch();
        return (network, description);
    }

    private static Dictionary<string, (int[] Shape, float[] Values)> Read(IReadOnlyDictionary<string, ImportedTensor> direction) =>
        direction.ToDictionary(pair => pair.Key, pair => pair.Value.Read(), StringComparer.Ordinal);

    private static (int Hidden, int InputSize) SizesOf(
        Dictionary<string, (int[] Shape, float[] Values)> level, IReadOnlyDictionary<string, ImportedTensor> names, RecognizedCell recognized)
    {
        foreach (string name in (ReadOnlySpan<string>)["weight_ih", "weight_hh"])
        {
            if (!level.ContainsKey(name))
                throw new InvalidDataException($"{name} is missing beside '{names.Values.First().Name}'.");
        }

        int gates = recognized.Gates.Count;
        (int[] input, int[] recurrent) = (level["weight_ih"].Shape, level["weight_hh"].Shape);
        int hidden = recognized.Projection is null ? recurrent[^1] : recurrent[0] / gates;
        if (input is not [int rows, int features] || recurrent is not [int same, _] || rows != same || rows != gates * hidden || hidden < 1 || features < 1)
        {
            throw new InvalidDataException($"the weights are {KerasLayout.Text(input)} and {KerasLayout.Text(recurrent)}, but for a cell of {gates} {(gates == 1 ? "gate" : "gates")} "
                + $"they should be [{gates} H, C] and [{gates} H, {(recognized.Projection is null ? "H" : "m")}]{KerasLayout.Guess([.. recurrent.Reverse()])}.");
        }

        return (hidden, features);
    }

    private static void Fill(RecurrentPart part, RecognizedCell recognized, Dictionary<string, (int[] Shape, float[] Values)> found)
    {
        PyTorchLayout layout = new(part.Layer.Graph, recognized, part.Layer.Sizes, part.Suffix, elsewhere: true);
        Dictionary<string, float[]> values = layout.Import(name => found.TryGetValue(name[..^(part.Suffix.Length + 1)], out (int[], float[]) tensor) ? tensor : null);
        foreach ((string name, Parameter parameter) in part.Layer.Graph.Parameters.Select(variable => variable.Name).Zip(part.Layer.Parameters))
            values[name].CopyTo(parameter.Value.Span);
    }
}
