using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Data;
using Unfold.Data.Music;
using Unfold.Formats.Safetensors;
using Unfold.Kernels.Random;
using Unfold.Losses;
using Unfold.Metrics;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>Music as the trainer sees it: a step is a batch of whole pieces of like lengths, each moved by some semitones.</summary>
internal sealed class MusicModelTask : TrainingTask
{
    private const string FingerprintKey = "checkpoint_music";
    private const uint Place = 0x4D55_5349;

    private readonly MusicNetwork _network;
    private readonly MusicModelFile _description;
    private readonly MusicPieces _training;
    private readonly MusicPieces? _heldOut;
    private readonly LengthBuckets _batches;
    private readonly MusicBatch _batch = new();
    private readonly MusicScorer _scorer;
    private readonly int[] _moves, _least, _most;
    private int _epoch;

    /// <summary>Makes the task.</summary>
    internal MusicModelTask(MusicNetwork network, MusicModelFile description, MusicPieces training, MusicPieces? heldOut)
    {
        (_network, _description, _training, _heldOut) = (network, description, training, heldOut);
        MusicModelOptions options = description.Options;
        _batches = new LengthBuckets([.. Enumerable.Range(0, training.Count).Select(i => training[i].Count)], options.Batch, options.Seed);
        _moves = new int[_batches.BatchSize];
        _scorer = new MusicScorer(network);

        // How far each piece can be moved without leaving the keys.
        int highest = MusicPieces.LowestPitch + MusicPieces.PitchCount - 1;
        int[][] pitches = [.. Enumerable.Range(0, training.Count).Select(i => training[i].SelectMany(step => step).DefaultIfEmpty(highest / 2).ToArray())];
        _least = [.. pitches.Select(all => -Math.Min(options.Transpose, all.Min() - MusicPieces.LowestPitch))];
        _most = [.. pitches.Select(all => Math.Min(options.Transpose, highest - all.Max()))];
    }

    /// <inheritdoc/>
    public override string Name => MusicModelFile.Task;

    /// <inheritdoc/>
    public override ParameterSet Parameters => _network.Parameters;

    /// <inheritdoc/>
    public override int StepsPerEpoch => _batches.Count;

    /// <inheritdoc/>
    public override string Items => "pieces";

    /// <inheritdoc/>
    public override long ItemsPerEpoch => _training.Count;

    /// <inheritdoc/>
    public override long ValidationItems => _heldOut?.Count ?? 0;

    /// <inheritdoc/>
    public override int ItemsInStep(int step) => _batches.ItemsIn(step);

    /// <inheritdoc/>
    public override void BeginEpoch(int epoch)
    {
        _epoch = epoch;
        _batches.BeginEpoch(epoch);
    }

    /// <inheritdoc/>
    public override Tensor Loss(Tape tape, int step)
    {
        ReadOnlySpan<int> items = _batches[step];
        for (int n = 0; n < items.Length; n++)
        {
            int choices = _most[items[n]] - _least[items[n]] + 1;
            _moves[n] = _least[items[n]] + (int)(((ulong)CountedRandom.Bits(_description.Options.Seed, Place, (ulong)_epoch, 0, (uint)items[n]) * (ulong)choices) >> 32);
        }

        _batch.Fill(_training, items, _moves.AsSpan(0, items.Length));
        Tensor mean = BinaryCrossEntropy.Forward(tape, _network.Forward(tape, _batch), _batch.Targets);
        return tape.Scale(mean, MusicPieces.PitchCount);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Metric> Validate(Action<long> done, CancellationToken cancellationToken)
    {
        MusicEvaluation found = _scorer.Evaluate(_heldOut!, done, cancellationToken);
        return [new Metric("loss", found.Loss), new Metric("accuracy", found.Accuracy)];
    }

    /// <inheritdoc/>
    public override void SaveTo(SafetensorsWriter writer)
    {
        _description.WriteMetadata(writer);
        writer.Metadata[FingerprintKey] = _training.Fingerprint();
    }

    /// <inheritdoc/>
    public override void LoadFrom(SafetensorsFile file)
    {
        MusicModelFile.ReadMetadata(file).RequireSameRun(_description);
        if (!file.Metadata.TryGetValue(FingerprintKey, out string? fingerprint) || fingerprint != _training.Fingerprint())
            throw new ModelFileException("The checkpoint's run was trained on other music: give the same data to go on with it.");
    }
}
