using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Layers;
using Unfold.Metrics;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.Tests.Training;

/// <summary>A linear regression whose rows come in batches of given sizes, in order.</summary>
internal sealed class RegressionTask : TrainingTask
{
    private const int Inputs = 3;
    private const int Outputs = 2;

    private readonly int[] _batches;
    private readonly Linear _layer;
    private readonly Tensor _heldOut = Rows(4, Inputs, 5);
    private readonly Tensor _heldOutTargets = Rows(4, Outputs, 6);

    public RegressionTask(params int[] batches)
    {
        _batches = batches;
        _layer = new Linear(Parameters, "layer", Inputs, Outputs);
        Parameters.Allocate(3);
    }

    public bool HoldsOut { get; init; } = true;

    /// <summary>The batch, of the first epoch, whose first input is no number.</summary>
    public int? WrongBatch { get; init; }

    /// <summary>The weights at each validation.</summary>
    public List<float[]> Validated { get; } = [];

    public override ParameterSet Parameters { get; } = new();

    public override int StepsPerEpoch => _batches.Length;

    public override long ValidationItems => HoldsOut ? 4 : 0;

    public override int ItemsInStep(int step) => _batches[step];

    public override Tensor Loss(Tape tape, int step)
    {
        int first = _batches.Take(step).Sum();
        int count = _batches[step];
        Tensor x = Part(Rows(_batches.Sum(), Inputs, 1), first, count, Inputs);
        Tensor y = Part(Rows(_batches.Sum(), Outputs, 2), first, count, Outputs);
        if (step == WrongBatch)
            x.Span[0] = float.NaN;
        return MeanSquare(tape, x, y);
    }

    public override IReadOnlyList<Metric> Validate(Action<long> done, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Validated.Add([.. Parameters.Values]);
        return [new Metric("loss", MeanSquare(Tape.ForInference(), _heldOut, _heldOutTargets).Scalar)];
    }

    private static Tensor Rows(int count, int width, int phase) => Tensor.From([.. Enumerable.Range(0, count * width).Select(i => MathF.Sin(1.7f * i + phase))], new Shape(count, width));

    private static Tensor Part(Tensor rows, int first, int count, int width) => Tensor.From(rows.Values.Slice(first * width, count * width), new Shape(count, width));

    private Tensor MeanSquare(Tape tape, Tensor x, Tensor y)
    {
        Tensor error = tape.Subtract(_layer.Forward(tape, x), y);
        return tape.Mean(tape.Multiply(error, error));
    }
}
