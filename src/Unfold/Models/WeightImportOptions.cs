using Unfold.Cells;
using Unfold.Layers;

namespace Unfold.Models;

/// <summary>What is to be made of a file of another system's weights.</summary>
public sealed record WeightImportOptions
{
    /// <summary>
    /// The cell: any whose equations are those of the other system's layer, whatever its names. Of the library, <c>lstm</c> also reads projected layers, and <c>gru</c> is a GRU with its
    /// reset before or after the product, whichever the weights are of. Default <c>lstm</c>.
    /// </summary>
    public Cell Cell { get; init; } = Cell.Named("lstm");

    /// <summary>Whose weights they are; by default the names decide.</summary>
    public WeightLayout Layout { get; init; }

    /// <summary>What stands before the names of the layers' tensors, such as <c>encoder.rnn</c>; needed only where a file has several stacks.</summary>
    public string? Prefix { get; init; }

    /// <summary>How the outputs of two directions become one; default concatenated, which is PyTorch's only way.</summary>
    public DirectionMerge Merge { get; init; }

    /// <summary>
    /// What stands for the cell's <c>tanh</c>, as Keras's argument activation: a function of the cell language with one argument, or <c>linear</c>. Default <c>tanh</c>.
    /// </summary>
    public string Activation { get; init; } = "tanh";

    /// <summary>
    /// What stands for the cell's <c>sigmoid</c>, as Keras's argument recurrent_activation: <c>sigmoid</c>, the default; <c>hard_sigmoid</c>, v / 6 + 1/2 as in Keras 3; or <c>hard_sigmoid_keras2</c>,
    /// v / 5 + 1/2, the default of Keras 1 and early 2.
    /// </summary>
    public string GateActivation { get; init; } = "sigmoid";
}
