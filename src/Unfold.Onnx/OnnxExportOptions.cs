namespace Unfold.Onnx;

/// <summary>What a model written as ONNX takes and gives.</summary>
public sealed record OnnxExportOptions
{
    /// <summary>
    /// Whether the states of a model that can read as it goes are inputs and outputs, <c>initial.…</c> and <c>final.…</c>, so that a caller can give a sequence in parts. Default true; where it is
    /// false, every run begins anew.
    /// </summary>
    public bool States { get; init; } = true;

    /// <summary>Whether a sequence model takes <c>lengths</c>, the steps of each sequence. Default true; where it is false, all sequences of a batch have T steps.</summary>
    public bool Lengths { get; init; } = true;

    /// <summary>Whether the outputs are probabilities instead of the scores before softmax or sigmoid. Default false.</summary>
    public bool Probabilities { get; init; }
}
