using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>The labels of a sentence together, by a conditional random field.</summary>
internal sealed class CrfHead(ParameterSet parameters, int size, int labels, LabelRules? rules) : LabelHead
{
    private readonly Linear _output = new(parameters, "output", size, labels);
    private readonly ConditionalRandomField _crf = new(parameters, "crf", labels);

    /// <summary>What each token says for each label.</summary>
    internal Linear Output => _output;

    /// <summary>What scores whole sequences.</summary>
    internal ConditionalRandomField Field => _crf;

    /// <summary>Which labels may follow one another; null for all.</summary>
    internal LabelRules? Rules => rules;

    /// <inheritdoc/>
    internal override IEnumerable<Layer> Layers => [_output, _crf];

    /// <inheritdoc/>
    internal override Tensor Loss(Tape tape, Tensor x, TaggerInputs inputs, TrainingMoment? moment) =>
        _crf.Loss(tape, _output.Forward(tape, x), inputs.Labels, inputs.Sequences);

    /// <inheritdoc/>
    internal override void Decode(Tape tape, Tensor x, PackedSequences sequences, Span<int> labels) => _crf.Decode(_output.Forward(tape, x), sequences, labels, rules);
}
