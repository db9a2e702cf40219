using Unfold.Autodiff;
using Unfold.Data.Images;
using Unfold.Formats.Safetensors;
using Unfold.Kernels.Threading;
using Unfold.Losses;
using Unfold.Metrics;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>Image classification as the trainer sees it: a step is a batch of an epoch's order, prepared on other threads while the step before is computed.</summary>
internal sealed class ImageClassifierTask : TrainingTask, IDisposable
{
    private const string FingerprintKey = "checkpoint_images";

    private readonly ImageNetwork _network;
    private readonly ImageClassifierFile _description;
    private readonly ImageDataset _training;
    private readonly ImageDataset? _heldOut;
    private readonly ImageBatchQueue _batches;
    private readonly Lazy<string> _fingerprint;
    private long _epoch;

    /// <summary>Makes the task.</summary>
    /// <param name="network">The network, with values.</param>
    /// <param name="description">What the model is, for checkpoints.</param>
    /// <param name="training">The images to train on.</param>
    /// <param name="heldOut">The images to measure on after each epoch; null for none.</param>
    internal ImageClassifierTask(ImageNetwork network, ImageClassifierFile description, ImageDataset training, ImageDataset? heldOut)
    {
        _network = network;
        _description = description;
        _training = training;
        _heldOut = heldOut;
        _batches = new ImageBatchQueue(training, network.Augmentation, description.Normalization, description.Options.Batch, description.Options.Seed, Team.Shared.Size);
        _fingerprint = new Lazy<string>(training.Fingerprint);
    }

    /// <inheritdoc/>
    public override string Name => ImageClassifierFile.Task;

    /// <inheritdoc/>
    public override ParameterSet Parameters => _network.Parameters;

    /// <inheritdoc/>
    public override int StepsPerEpoch => _batches.BatchesPerEpoch;

    /// <inheritdoc/>
    public override string Items => "images";

    /// <inheritdoc/>
    public override long ItemsPerEpoch => _training.Count;

    /// <inheritdoc/>
    public override long ValidationItems => _heldOut?.Count ?? 0;

    /// <inheritdoc/>
    public override int ItemsInStep(int step) => _batches.ItemsInBatch(step);

    /// <inheritdoc/>
    public override void BeginEpoch(int epoch) => _epoch = epoch;

    /// <inheritdoc/>
    public override Tensor Loss(Tape tape, int step)
    {
        ImageBatch batch = _batches.Take(_epoch * StepsPerEpoch + step);
        Tensor scores = _network.Layers.Forward(tape, batch.Images);
        return SoftmaxCrossEntropy.Forward(tape, scores, batch.Labels.AsSpan(0, batch.Count));
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Metric> Validate(Action<long> done, CancellationToken cancellationToken)
    {
        ImageEvaluation found = new ImageScorer(_network, _description.Normalization).Evaluate(_heldOut!, done, cancellationToken);
        return [new Metric("loss", found.Loss), new Metric("accuracy", found.Accuracy)];
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
        ImageClassifierFile.ReadMetadata(file).RequireSameRun(_description);
        if (!file.Metadata.TryGetValue(FingerprintKey, out string? fingerprint) || fingerprint != _fingerprint.Value)
            throw new ModelFileException("The checkpoint's run was trained on other images: give the same data to go on with it.");
    }

    /// <summary>Ends the threads that prepare batches.</summary>
    public void Dispose() => _batches.Dispose();
}
