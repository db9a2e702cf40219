using Unfold.Autodiff;
using Unfold.Data;
using Unfold.Data.Tagging;
using Unfold.Formats.Safetensors;
using Unfold.Metrics;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>Tagging as the trainer sees it: a step is a batch of sentences of like lengths.</summary>
internal sealed class TaggerTask : TrainingTask
{
    private const string FingerprintKey = "checkpoint_sentences";

    private readonly TaggerNetwork _network;
    private readonly TaggerFile _description;
    private readonly TaggedCorpus? _heldOut;
    private readonly PreparedSentences _data;
    private readonly LengthBuckets _batches;
    private readonly TaggerInputs _inputs;
    private readonly TaggerInputs.WordChange _change;
    private readonly TaggerScorer _scorer;
    private readonly Lazy<string> _fingerprint;

    /// <summary>Makes the task.</summary>
    /// <param name="network">The network, with values.</param>
    /// <param name="description">What the model is, for checkpoints.</param>
    /// <param name="training">The sentences to train on.</param>
    /// <param name="heldOut">The sentences to measure on after each epoch; null for none.</param>
    internal TaggerTask(TaggerNetwork network, TaggerFile description, TaggedCorpus training, TaggedCorpus? heldOut)
    {
        (_network, _description, _heldOut) = (network, description, heldOut);
        TaggerOptions options = description.Options;
        _data = description.Preparation.Prepare(training.Sentences);
        _batches = new LengthBuckets([.. _data.Pieces.Select(piece => piece.Count)], options.Batch, options.Seed);
        _inputs = new TaggerInputs(description.Preparation.Columns.Count);
        _change = new TaggerInputs.WordChange(description.Preparation.CountWords(_data), options.WordDropout, options.Seed);
        _scorer = new TaggerScorer(network, description.Preparation);
        _fingerprint = new Lazy<string>(training.Fingerprint);
    }

    /// <inheritdoc/>
    public override string Name => TaggerFile.Task;

    /// <inheritdoc/>
    public override ParameterSet Parameters => _network.Parameters;

    /// <inheritdoc/>
    public override int StepsPerEpoch => _batches.Count;

    /// <inheritdoc/>
    public override string Items => "sentences";

    /// <inheritdoc/>
    public override long ItemsPerEpoch => _data.Pieces.Length;

    /// <inheritdoc/>
    public override long ValidationItems => _heldOut?.Sentences.Count ?? 0;

    /// <inheritdoc/>
    public override string Watched => _heldOut is null ? "loss" : "accuracy";

    /// <inheritdoc/>
    public override bool WatchedIsMaximized => _heldOut is not null;

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
        _inputs.Fill(_data, _batches[step], _change);
        TaggerOptions options = _description.Options;
        return _network.Head.Loss(tape, _network.Forward(tape, _inputs), _inputs, new TrainingMoment(options.Seed, _change.Epoch, step, (double)_change.Epoch / options.Epochs));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Metric> Validate(Action<long> done, CancellationToken cancellationToken)
    {
        TaggerEvaluation found = _scorer.Evaluate(_heldOut!.Sentences, done, cancellationToken);
        return [new Metric("loss", found.Loss ?? 0), new Metric("accuracy", found.Accuracy), .. found.Spans is SpanEvaluation spans ? [new Metric("f1", spans.All.F1)] : Array.Empty<Metric>()];
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
        TaggerFile.ReadMetadata(file).RequireSameRun(_description);
        if (!file.Metadata.TryGetValue(FingerprintKey, out string? fingerprint) || fingerprint != _fingerprint.Value)
            throw new ModelFileException("The checkpoint's run was trained on other sentences: give the same data to go on with it.");
    }
}
