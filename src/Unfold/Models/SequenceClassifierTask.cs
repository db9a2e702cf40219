using Unfold.Autodiff;
using Unfold.Data;
using Unfold.Data.Sequences;
using Unfold.Formats.Safetensors;
using Unfold.Losses;
using Unfold.Metrics;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>Sequence classification as the trainer sees it: a step is a batch of sequences of like lengths.</summary>
internal sealed class SequenceClassifierTask : TrainingTask
{
    private const string FingerprintKey = "checkpoint_sequences";

    private readonly SequenceClassifierNetwork _network;
    private readonly SequenceClassifierFile _description;
    private readonly SequenceDataset _training;
    private readonly SequenceDataset? _heldOut;
    private readonly PreparedSequence[] _data, _heldOutData;
    private readonly LengthBuckets _batches;
    private readonly SequenceInputs _inputs;
    private readonly TrainingChange _change;
    private readonly SequenceScorer _scorer;
    private readonly Lazy<string> _fingerprint;
    private readonly int[] _labels;
    private readonly Tensor _several;

    /// <summary>Makes the task.</summary>
    /// <param name="network">The network, with values.</param>
    /// <param name="description">What the model is, for checkpoints.</param>
    /// <param name="training">The sequences to train on.</param>
    /// <param name="heldOut">The sequences to measure on after each epoch; null for none.</param>
    internal SequenceClassifierTask(SequenceClassifierNetwork network, SequenceClassifierFile description, SequenceDataset training, SequenceDataset? heldOut)
    {
        (_network, _description, _training, _heldOut) = (network, description, training, heldOut);
        SequencePreparation preparation = description.Preparation;
        SequenceClassifierOptions options = description.Options;
        _data = preparation.Prepare(training);
        _heldOutData = heldOut is null ? [] : preparation.Prepare(heldOut);
        _batches = new LengthBuckets([.. _data.Select(sequence => sequence.Steps)], options.Batch, options.Seed);
        _inputs = new SequenceInputs(preparation.Vocabulary is null ? preparation.Size : 0);
        _change = new TrainingChange(network.Augmentation, options.TokenDropout, preparation.Vocabulary?.Unknown ?? -1, options.Seed);
        _scorer = new SequenceScorer(network, preparation, description.Classes);
        _fingerprint = new Lazy<string>(training.Fingerprint);
        _labels = new int[_batches.BatchSize];
        _several = Tensor.Zeros(new Shape(options.MultiLabel ? _batches.BatchSize : 0, description.Classes.Count));
    }

    /// <inheritdoc/>
    public override string Name => SequenceClassifierFile.Task;

    /// <inheritdoc/>
    public override ParameterSet Parameters => _network.Parameters;

    /// <inheritdoc/>
    public override int StepsPerEpoch => _batches.Count;

    /// <inheritdoc/>
    public override string Items => "sequences";

    /// <inheritdoc/>
    public override long ItemsPerEpoch => _training.Count;

    /// <inheritdoc/>
    public override long ValidationItems => _heldOut?.Count ?? 0;

    /// <summary>How many of the sequences to train on are cut off.</summary>
    internal int CutSequences => _data.Count(sequence => sequence.IsCut);

    /// <inheritdoc/>
    public override int ItemsInStep(int step) => _batches.ItemsIn(step);

    /// <inheritdoc/>
    public override void BeginEpoch(int epoch)
    {
        _batches.BeginEpoch(epoch);
        _change.Epoch = epoch;
    }

    /// <inheritdoc/>
    public override Tensor Loss(Tape tape, int step)
    {
        ReadOnlySpan<int> items = _batches[step];
        _inputs.Fill(_data, items, _description.Options.Sentences, _change);
        Tensor scores = _network.Forward(tape, _inputs);
        if (_description.Options.MultiLabel)
        {
            Tensor targets = _several.Slice(0, items.Length);
            targets.Span.Clear();
            for (int n = 0; n < items.Length; n++)
            {
                foreach (int label in _training[items[n]].Labels)
                    targets.Span[(n * targets.Shape[1]) + label] = 1;
            }

            return BinaryCrossEntropy.Forward(tape, scores, targets);
        }

        for (int n = 0; n < items.Length; n++)
            _labels[n] = _training[items[n]].Labels[0];
        return SoftmaxCrossEntropy.Forward(tape, scores, _labels.AsSpan(0, items.Length), labelSmoothing: _description.Options.LabelSmoothing);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Metric> Validate(Action<long> done, CancellationToken cancellationToken)
    {
        SequenceEvaluation found = _scorer.Evaluate(_heldOutData, _heldOut!, done, cancellationToken);
        return [new Metric("loss", found.Loss), new Metric("accuracy", found.Accuracy), .. _description.Options.MultiLabel ? [new Metric("f1", found.MicroF1)] : Array.Empty<Metric>()];
    }

    /// <inheritdoc/>
    public override void SaveTo(SafetensorsWriter writer)
    {
        _description.WriteMetadata(writer);
        writer.Metadata[FingerprintKey] = _fingerprint.Value;
    }

    /// <inheritdoc/>
    public override void LoadFrom(SafetensorsFile file)
    {
        SequenceClassifierFile.ReadMetadata(file).RequireSameRun(_description);
        if (!file.Metadata.TryGetValue(FingerprintKey, out string? fingerprint) || fingerprint != _fingerprint.Value)
            throw new ModelFileException("The checkpoint's run was trained on other sequences: give the same data to go on with it.");
    }
}
