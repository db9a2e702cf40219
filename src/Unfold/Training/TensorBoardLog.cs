using Unfold.Autodiff;
using Unfold.Formats.TensorBoard;
using Unfold.Metrics;

namespace Unfold.Training;

/// <summary>
/// Writes what training does as TensorBoard's events: after each step the loss, the gradients' norm and the learning rate; after each epoch the losses and metrics, and how the weights and the gradients of
/// each layer are spread, and its gates in the last batch. A run that goes on from a checkpoint writes another file beside the first.
/// </summary>
internal sealed class TensorBoardLog : TrainingCallback, IDisposable
{
    private readonly EventFile _file;
    private readonly (string Layer, Parameter[] Parameters)[] _layers;
    private readonly Dictionary<string, List<float[]>> _gates = [];

    /// <param name="directory">Where the file is made.</param>
    /// <param name="parameters">What is trained.</param>
    internal TensorBoardLog(string directory, ParameterSet parameters)
    {
        _layers = [.. parameters.All.Where(parameter => parameter.NeedsGradient).GroupBy(Divergence.LayerName).Select(group => (group.Key, group.ToArray()))];
        _file = new EventFile(directory, () => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1000.0);
    }

    /// <summary>Takes the values of a gate, LAYER/GATE, in the last batch of an epoch; a layer that runs several times gives several parts.</summary>
    internal void Gates(string name, float[] values)
    {
        if (!_gates.TryGetValue(name, out List<float[]>? parts))
            _gates.Add(name, parts = []);
        parts.Add(values);
    }

    /// <inheritdoc/>
    public override void AfterStep(Trainer trainer)
    {
        TrainingProgress now = trainer.Progress;
        _file.Scalars(now.Step, ("step/loss", now.RecentLoss), ("step/gradient_norm", now.GradientNorm), ("step/learning_rate", now.LearningRate));
    }

    /// <inheritdoc/>
    public override void AfterEpoch(Trainer trainer)
    {
        TrainingProgress now = trainer.Progress;
        _file.Scalars(now.Step, ("epoch/train_loss", now.Loss));
        foreach (Metric metric in now.Validation ?? [])
            _file.Scalars(now.Step, ($"epoch/validation_{metric.Name}", metric.Value));
        foreach ((string layer, Parameter[] parameters) in _layers)
        {
            _file.Histogram(now.Step, $"weights/{layer}", new Histogram([.. parameters.Select(parameter => parameter.Value.Values.ToArray())]));
            _file.Histogram(now.Step, $"gradients/{layer}", new Histogram([.. parameters.Select(parameter => parameter.Gradient.Values.ToArray())]));
        }

        foreach ((string name, List<float[]> parts) in _gates)
            _file.Histogram(now.Step, $"gates/{name}", new Histogram(parts));
        _gates.Clear();
        _file.Flush();
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _file.Dispose();
}
