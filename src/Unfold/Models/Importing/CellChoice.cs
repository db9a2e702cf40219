using Unfold.Cells;
using Unfold.Cells.Graph;
using Unfold.Cells.Recognition;

namespace Unfold.Models.Importing;

/// <summary>The cell that was asked for, or the library's other form of it where the weights are of that.</summary>
internal static class CellChoice
{
    /// <summary>A cell that the other system has, of the weights' sizes.</summary>
    /// <exception cref="OptionException">The other system has no layer for the cell.</exception>
    internal static Cell For(Cell asked, ImportedStack stack, bool isKeras)
    {
        IReadOnlyDictionary<string, ImportedTensor> first = stack.Levels[0][0];
        Cell cell = isKeras ? OfKeras(asked, first) : OfPyTorch(asked, first);
        RecognizedCell? recognized = CellRecognition.Recognize(cell.Graph);
        bool has = recognized is { HasPeepholes: false } && (PyTorchLayout.Has(recognized) || (isKeras && recognized.Kind == RecognizedKind.Gru))
            && !(isKeras && recognized.Kind == RecognizedKind.ProjectedLstm);
        if (!has)
        {
            throw new OptionException("Cell", $"{(isKeras ? "Keras" : "PyTorch")} has no layer for the cell '{asked.Name}', so its weights cannot be another's: use lstm, gru, rnn"
                + $"{(isKeras ? "" : ", rnn_relu")} or a file with the equations of one of them.");
        }

        return first.TryGetValue("weight_hr", out ImportedTensor? projection) && recognized!.Projection is not null ? WithProjection(cell, recognized, projection) : cell;
    }

    private static Cell OfPyTorch(Cell asked, IReadOnlyDictionary<string, ImportedTensor> tensors)
    {
        if (tensors.ContainsKey("weight_hr") && Is(asked, "lstm"))
            return Cell.Named("lstmp");
        return Is(asked, "gru") ? Cell.Named("gru_reset_after") : asked;
    }

    private static Cell OfKeras(Cell asked, IReadOnlyDictionary<string, ImportedTensor> tensors)
    {
        bool isGru = Is(asked, "gru") || Is(asked, "gru_reset_after");
        return isGru && tensors.TryGetValue("bias", out ImportedTensor? bias) ? Cell.Named(bias.Read().Shape.Length == 2 ? "gru_reset_after" : "gru") : asked;
    }

    private static bool Is(Cell cell, string name) => cell.Text == Cell.Named(name).Text;

    /// <summary>With the size that the projection's outputs have.</summary>
    private static Cell WithProjection(Cell cell, RecognizedCell recognized, ImportedTensor projection)
    {
        Dimension size = cell.Graph.States.First(state => state.Name == recognized.HiddenState).Previous.Shape[0];
        return size.Constant == 0 && size.Terms.Count == 1 && size.Terms.Single() is { Key: not ("C" or "H"), Value: 1 } named && projection.Read().Shape is [int outputs, _]
            ? Cell.Parse(cell.Text, cell.Name, new Dictionary<string, double>(StringComparer.Ordinal) { [named.Key] = outputs })
            : cell;
    }
}
