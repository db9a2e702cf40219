using Unfold.Autodiff;
using Unfold.Data;
using Unfold.Formats.Safetensors;
using Unfold.Losses;
using Unfold.Metrics;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>Forecasting as the trainer sees it: a step is a batch of windows from anywhere in the training part.</summary>
internal sealed class ForecasterTask : TrainingTask
{
    private const string FingerprintKey = "checkpoint_series";

    private readonly ForecastNetwork _network;
    private readonly ForecasterFile _description;
    private readonly ForecastWindows _windows;
    private readonly ShuffledBatches _batches;
    private readonly int[] _starts, _heldOut, _chosen;
    private readonly float[] _quantiles;
    private readonly ForecastScorer _scorer;
    private readonly string _fingerprint;

    /// <summary>Makes the task.</summary>
    internal ForecasterTask(ForecastNetwork network, ForecasterFile description, ForecastWindows windows, ForecastParts parts, string fingerprint)
    {
        ForecasterOptions options = description.Options;
        (_network, _description, _windows, _fingerprint) = (network, description, windows, fingerprint);
        _starts = ForecastParts.Starts(0, parts.TrainingEnd, options);
        _heldOut = options.ValidationPart > 0 ? ForecastParts.Starts(parts.TrainingEnd, parts.ValidationEnd, options) : [];
        _batches = new ShuffledBatches(_starts.Length, options.Batch, options.Seed);
        _chosen = new int[options.Batch];
        _quantiles = [.. options.Quantiles];
        _scorer = new ForecastScorer(network, description.Scale);
    }

    /// <inheritdoc/>
    public override string Name => ForecasterFile.Task;

    /// <inheritdoc/>
    public override ParameterSet Parameters => _network.Parameters;

    /// <inheritdoc/>
    public override int StepsPerEpoch => _batches.Count;

    /// <inheritdoc/>
    public override string Items => "windows";

    /// <inheritdoc/>
    public override long ItemsPerEpoch => _starts.Length;

    /// <inheritdoc/>
    public override long ValidationItems => _heldOut.Length;

    /// <inheritdoc/>
    public override int ItemsInStep(int step) => _batches[step].Length;

    /// <inheritdoc/>
    public override void BeginEpoch(int epoch) => _batches.BeginEpoch(epoch);

    /// <inheritdoc/>
    public override Tensor Loss(Tape tape, int step)
    {
        ReadOnlySpan<int> items = _batches[step];
        for (int n = 0; n < items.Length; n++)
            _chosen[n] = _starts[items[n]];
        ReadOnlySpan<int> starts = _chosen.AsSpan(0, items.Length);
        Tensor forecast = _network.Forward(tape, _windows.Inputs(starts)), truth = _windows.Targets(starts);
        if (_quantiles.Length > 0)
        {
            Shape shape = new(truth.Shape.Length / _quantiles.Length, _quantiles.Length);
            return PinballLoss.Forward(tape, forecast.Reshape(shape[0], shape[1]), truth.Reshape(shape[0], shape[1]), _quantiles);
        }

        return _description.Options.Loss == ForecastLoss.Absolute ? MeanAbsoluteError.Forward(tape, forecast, truth) : MeanSquaredError.Forward(tape, forecast, truth);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Metric> Validate(Action<long> done, CancellationToken cancellationToken)
    {
        ForecastEvaluation found = _scorer.Evaluate(_windows, _heldOut, done, cancellationToken);
        return [new Metric("loss", found.Pinball ?? found.SquaredError), new Metric("mse", found.SquaredError), new Metric("mae", found.AbsoluteError)];
    }

    /// <inheritdoc/>
    public override void SaveTo(SafetensorsWriter writer)
    {
        _description.WriteMetadata(writer);
        writer.Metadata[FingerprintKey] = _fingerprint;
    }

    /// <inheritdoc/>
    public override void LoadFrom(SafetensorsFile file)
    {
        ForecasterFile.ReadMetadata(file).RequireSameRun(_description);
        if (!file.Metadata.TryGetValue(FingerprintKey, out string? fingerprint) || fingerprint != _fingerprint)
            throw new ModelFileException("The checkpoint's run was trained on another series: give the same data to go on with it.");
    }
}
