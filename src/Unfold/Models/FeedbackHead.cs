using Unfold.Autodiff;
using Unfold.Kernels.Random;
using Unfold.Layers;
using Unfold.Losses;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>Each label by its token and the label before: known ones in training, or now and then the network's own; chosen ones otherwise.</summary>
/// <remarks>
/// Scheduled sampling (Bengio et al. 2015) would go step by step; here the network's own labels are those that it gives when all labels before are known, so that two runs over whole sentences do
/// (Mihaylova and Martins 2019).
/// </remarks>
internal sealed class FeedbackHead : LabelHead
{
    private static readonly uint SamplingPlace = Place.Of("tagger feedback");

    private readonly LabelFeedback _feedback;
    private readonly LabelRules? _rules;
    private readonly float _sampling, _labelSmoothing;
    private readonly int _beam;
    private readonly Tape _inference = Tape.ForInference();
    private int[] _before = [], _own = [];

    internal FeedbackHead(ParameterSet parameters, TaggerOptions options, int size, int labels, LabelRules? rules)
    {
        _feedback = new LabelFeedback(parameters, "feedback", options.Encoder.Layer.Level, size, labels, options.ColumnEmbedding);
        (_rules, _sampling, _labelSmoothing, _beam) = (rules, options.Sampling, options.LabelSmoothing, options.Beam);
    }

    /// <summary>The layers, and how they choose: how many beginnings are followed, and which labels may follow one another.</summary>
    internal (LabelFeedback Feedback, int Beam, LabelRules? Rules) Choice => (_feedback, _beam, _rules);

    /// <inheritdoc/>
    internal override IEnumerable<Layer> Layers => [_feedback];

    /// <inheritdoc/>
    internal override IEnumerable<RecurrentPart> Parts => _feedback.Parts;

    /// <inheritdoc/>
    internal override Tensor Loss(Tape tape, Tensor x, TaggerInputs inputs, TrainingMoment? moment)
    {
        int rows = inputs.Sequences.RowCount;

        // Only training, which is one thread's, keeps its memory.
        int[] before = moment is null ? new int[rows] : _before = _before.Length < rows ? new int[rows] : _before;
        _feedback.Before(inputs.Labels, inputs.Sequences, before.AsSpan(0, rows));
        if (moment is TrainingMoment now && now.Done * _sampling > 0)
            Sample(x, inputs.Sequences, before.AsSpan(0, rows), now);
        Tensor scores = _feedback.Forward(tape, x, before.AsSpan(0, rows), inputs.Sequences);
        return SoftmaxCrossEntropy.Forward(tape, scores, inputs.Labels, labelSmoothing: moment is null ? 0 : _labelSmoothing);
    }

    /// <inheritdoc/>
    internal override void Decode(Tape tape, Tensor x, PackedSequences sequences, Span<int> labels) => _feedback.Decode(x, sequences, labels, _beam, _rules);

    /// <summary>Puts the network's own labels in the place of known ones, by chance.</summary>
    private void Sample(Tensor x, PackedSequences sequences, Span<int> before, TrainingMoment now)
    {
        int rows = before.Length;
        if (_own.Length < 2 * rows)
            _own = new int[2 * rows];
        Span<int> own = _own.AsSpan(0, rows), ownBefore = _own.AsSpan(rows, rows);
        Tensor copy = _inference.Rent(x.Shape);
        x.Values.CopyTo(copy.Span);
        IndependentHead.Greatest(_feedback.Forward(_inference, copy, before, sequences), own);
        _inference.Reset();
        _feedback.Before(own, sequences, ownBefore);
        for (int row = 0; row < rows; row++)
        {
            if (CountedRandom.Uniform(now.Seed, SamplingPlace, (ulong)now.Epoch, (ulong)now.Step, (uint)row) < now.Done * _sampling)
                before[row] = ownBefore[row];
        }
    }
}
