using Unfold.Cells.Recognition;

namespace Unfold.Models.Importing;

/// <summary>
/// Keras's tensors of one layer and direction as PyTorch's: <c>kernel</c> [C, G·H] and <c>recurrent_kernel</c> [H, G·H] are transposed, gates i f c o stay as they are and z r h become r z n,
/// and of <c>bias</c> [2, G·H], which a GRU with its reset after the product has, each row is one of the two biases.
/// </summary>
internal static class KerasLayout
{
    /// <summary>What the layer has, by the short name of PyTorch's tensor.</summary>
    /// <param name="level">The layer's tensors by Keras's names.</param>
    /// <param name="cell">What it should be.</param>
    /// <exception cref="InvalidDataException">A tensor is missing, or does not fit the cell; the message is a sentence.</exception>
    internal static Dictionary<string, (int[] Shape, float[] Values)> Convert(IReadOnlyDictionary<string, ImportedTensor> level, RecognizedCell cell)
    {
        int gates = cell.Gates.Count;
        ImportedTensor recurrent = level["recurrent_kernel"];
        (int[] shape, float[] values) = recurrent.Read();
        if (shape is not [int hidden, int columns] || columns != gates * hidden)
            throw new InvalidDataException($"'{recurrent.Name}' is {Text(shape)}, but for {gates} {(gates == 1 ? "gate" : "gates")} it should be [H, {(gates == 1 ? "H" : $"{gates} H")}]{Guess(shape)}.");
        int[] order = cell.Kind is RecognizedKind.Gru or RecognizedKind.GruResetAfter ? [1, 0, 2] : [.. Enumerable.Range(0, gates)];
        Dictionary<string, (int[] Shape, float[] Values)> tensors = new(StringComparer.Ordinal) { ["weight_hh"] = Transposed(shape, values, order) };
        ImportedTensor kernel = level.GetValueOrDefault("kernel") ?? throw new InvalidDataException($"there is a '{recurrent.Name}', but no kernel beside it.");
        (int[] kernelShape, float[] kernelValues) = kernel.Read();
        if (kernelShape is not [_, int width] || width != columns)
            throw new InvalidDataException($"'{kernel.Name}' is {Text(kernelShape)}, but '{recurrent.Name}' asks for [C, {columns}].");
        tensors["weight_ih"] = Transposed(kernelShape, kernelValues, order);
        if (!level.TryGetValue("bias", out ImportedTensor? bias))
            return tensors;
        (int[] biasShape, float[] biases) = bias.Read();
        bool isTwo = biasShape is [2, int second] && second == columns && cell.Kind == RecognizedKind.GruResetAfter;
        if (!isTwo && !(biasShape is [int only] && only == columns))
            throw new InvalidDataException($"'{bias.Name}' is {Text(biasShape)}, but for this cell it should be [{columns}]{(cell.Kind == RecognizedKind.GruResetAfter ? $" or [2, {columns}]" : "")}.");
        tensors["bias_ih"] = Transposed([1, columns], biases[..columns], order) with { Item1 = [columns] };
        if (isTwo)
            tensors["bias_hh"] = Transposed([1, columns], biases[columns..], order) with { Item1 = [columns] };
        return tensors;
    }

    /// <summary>Which cell a shape looks like, for an error.</summary>
    internal static string Guess(int[] shape) => shape is [int rows, int columns] && rows > 0
        ? (columns / (double)rows) switch
        {
            1 => ": that looks like a plain RNN's",
            3 => ": that looks like a GRU's",
            4 => ": that looks like an LSTM's",
            _ => "",
        }
        : "";

    /// <summary>Sizes in brackets.</summary>
    internal static string Text(int[] shape) => $"[{string.Join(", ", shape)}]";

    /// <summary>[G·H, rows] from [rows, G·H], the gates in another order.</summary>
    private static (int[] Shape, float[] Values) Transposed(int[] shape, float[] values, int[] order)
    {
        (int rows, int columns) = (shape[0], shape[1]);
        int hidden = columns / order.Length;
        float[] result = new float[values.Length];
        for (int to = 0; to < columns; to++)
        {
            int from = (order[to / hidden] * hidden) + (to % hidden);
            for (int row = 0; row < rows; row++)
                result[(to * rows) + row] = values[(row * columns) + from];
        }

        return ([columns, rows], result);
    }
}
