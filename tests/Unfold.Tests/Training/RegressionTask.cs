using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Formats.Safetensors;
using Unfold.Layers;
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

    /// <summary>The weights at each validation.</summary>
    public List<float[]> Validated { get; } = [];

    internal override ParameterSet Parameters { get; } = new();

    internal override int StepsPerEpoch => _batches.Length;

    internal override long ItemsPerEpoch => _batches.Sum();

    internal override long ValidationItems => 4;

    internal override int ItemsInStep(int step) => _batches[step];

    internal override Tensor Loss(Tape tape, int step)
    {
        int first = _batches.Take(step).Sum();
        int count = _batches[step];
        Tensor x = Part(Rows((int)ItemsPerEpoch, Inputs, 1), first, count, Inputs);
        Tensor y = Part(Rows((int)ItemsPerEpoch, Outputs, 2), first, count, Outputs);
        return MeanSquare(tape, x, y);
    }

    internal override double Validate(Action<long> done, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Validated.Add([.. Parameters.Values]);
        return MeanSquare(Tape.ForInference(), _heldOut, _heldOutTargets).Scalar;
    }

    internal override void SaveTo(SafetensorsWriter writer)
    {
    }

    internal override void LoadFrom(SafetensorsFile file)
    {
    }

    private static Tensor Rows(int count, int width, int phase) => Tensor.From([.. Enumerable.Range(0, count * width).Select(i => MathF.Sin(1.7f * i + phase))], new Shape(count, width));

    private static Tensor Part(Tensor rows, int first, int count, int width) => Tensor.From(rows.Values.Slice(first * width, count * width), new Shape(count, width));

    private Tensor MeanSquare(Tape tape, Tensor x, Tensor y)
    {
        Tensor error = tape.Subtract(_layer.Forward(tape, x), y);
        return tape.Mean(tape.Multiply(error, error));
    }
}
