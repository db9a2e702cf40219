using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Losses;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>Each label by itself: the one of the greatest score.</summary>
internal sealed class IndependentHead(ParameterSet parameters, int size, int labels, float labelSmoothing) : LabelHead
{
    private readonly Linear _output = new(parameters, "output", size, labels);

    /// <summary>Scores the labels.</summary>
    internal Linear Output => _output;

    /// <inheritdoc/>
    internal override IEnumerable<Layer> Layers => [_output];

    /// <inheritdoc/>
    internal override Tensor Loss(Tape tape, Tensor x, TaggerInputs inputs, TrainingMoment? moment) =>
        SoftmaxCrossEntropy.Forward(tape, _output.Forward(tape, x), inputs.Labels, labelSmoothing: moment is null ? 0 : labelSmoothing);

    /// <inheritdoc/>
    internal override void Decode(Tape tape, Tensor x, PackedSequences sequences, Span<int> labels) => Greatest(_output.Forward(tape, x), labels);

    /// <summary>The label of the greatest score of each row; of equal ones the first.</summary>
    internal static void Greatest(Tensor scores, Span<int> labels)
    {
        int count = scores.Shape[1];
        for (int row = 0; row < labels.Length; row++)
        {
            ReadOnlySpan<float> own = scores.Values.Slice(row * count, count);
            labels[row] = 0;
            for (int label = 1; label < count; label++)
            {
                if (own[label] > own[labels[row]])
                    labels[row] = label;
            }
        }
    }
}
