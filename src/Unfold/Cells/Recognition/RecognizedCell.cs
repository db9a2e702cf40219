using Unfold.Cells.Graph;

namespace Unfold.Cells.Recognition;

/// <summary>The cells that other systems have a name and an order of weights for.</summary>
internal enum RecognizedKind
{
    /// <summary>h' = tanh(a).</summary>
    RnnTanh,

    /// <summary>h' = relu(a).</summary>
    RnnRelu,

    /// <summary>c' = f * c + i * g, h' = o * tanh(c'); with peepholes where a gate has one. Gates i f g o.</summary>
    Lstm,

    /// <summary>The same with h' = P (o * tanh(c')). Gates i f g o.</summary>
    ProjectedLstm,

    /// <summary>The same with f = 1 - i: ONNX's input_forget. Gates i g o.</summary>
    CoupledLstm,

    /// <summary>h' = (1 - z) * n + z * h, n = tanh(W x + U (r * h) + b). Gates r z n.</summary>
    Gru,

    /// <summary>The same with n = tanh(W x + b + r * (U h + c)): PyTorch's. Gates r z n.</summary>
    GruResetAfter,
}

/// <summary>A cell under its common name, with what each of its parameters is there.</summary>
/// <param name="Kind">Which cell.</param>
/// <param name="HiddenState">The name of the state that is the output.</param>
/// <param name="CellState">The name of the LSTM's other state; null for the others.</param>
/// <param name="Gates">In the order of <see cref="RecognizedKind"/>'s comment.</param>
/// <param name="Projection">The matrix P of a projected LSTM.</param>
internal sealed record RecognizedCell(
    RecognizedKind Kind, string HiddenState, string? CellState, IReadOnlyList<RecognizedGate> Gates, RecognizedPart? Projection = null)
{
    /// <summary>Whether a gate sees the cell state: then only systems with peepholes have this cell.</summary>
    public bool HasPeepholes => Gates.Any(g => g.Peephole is not null);

    /// <summary>Every parameter or run of columns, each once.</summary>
    public IEnumerable<RecognizedPart> Parts =>
        Gates.SelectMany(g => new[] { g.Input, g.Recurrent, g.InputBias, g.RecurrentBias, g.Peephole }).Append(Projection).OfType<RecognizedPart>();
}

/// <summary>What stands inside one gate's function: Input x + Recurrent h + biases (+ Peephole * c).</summary>
/// <param name="Name">The gate's canonical letter: i f g o, r z n, or h for a plain network.</param>
/// <param name="Input">The matrix that x is multiplied by.</param>
/// <param name="Recurrent">The matrix that h (or r * h) is multiplied by.</param>
/// <param name="InputBias">The bias, or the first of two; null where there is none.</param>
/// <param name="RecurrentBias">The second bias; for the candidate of <see cref="RecognizedKind.GruResetAfter"/> the one inside the reset.</param>
/// <param name="Peephole">The vector that c (for o: c') is multiplied by.</param>
internal sealed record RecognizedGate(
    string Name, RecognizedPart Input, RecognizedPart Recurrent, RecognizedPart? InputBias, RecognizedPart? RecurrentBias, RecognizedPart? Peephole);

/// <summary>A parameter of the cell, or a run of its columns, that is one of the canonical cell's.</summary>
/// <param name="Parameter">Its name in the cell.</param>
/// <param name="FirstColumn">Where the run starts, for a matrix that multiplies a concatenation: <c>Wf [h, x]</c>; null for the whole parameter.</param>
/// <param name="Negated">Whether the canonical cell's weights are these with the other sign: 1 - sigmoid(a) = sigmoid(-a).</param>
internal sealed record RecognizedPart(string Parameter, Dimension? FirstColumn, bool Negated);
