using Unfold.Autodiff;
using Unfold.Metrics;
using Unfold.Tensors;

namespace Unfold.Training;

/// <summary>The smallest task: functions instead of members.</summary>
internal sealed class FunctionTask(
    ParameterSet parameters, int stepsPerEpoch, Func<Tape, int, Tensor> loss, Action<int>? beginEpoch, Func<IReadOnlyList<Metric>>? validate) : TrainingTask
{
    /// <inheritdoc/>
    public override ParameterSet Parameters => parameters;

    /// <inheritdoc/>
    public override int StepsPerEpoch => stepsPerEpoch;

    /// <inheritdoc/>
    public override long ValidationItems => validate is null ? 0 : 1;

    /// <inheritdoc/>
    public override void BeginEpoch(int epoch) => beginEpoch?.Invoke(epoch);

    /// <inheritdoc/>
    public override Tensor Loss(Tape tape, int step) => loss(tape, step);

    /// <inheritdoc/>
    public override IReadOnlyList<Metric> Validate(Action<long> done, CancellationToken cancellationToken) => validate!();
}
