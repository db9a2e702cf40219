using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Formats.Safetensors;
using Unfold.Layers;
using Unfold.Metrics;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.Tests.Training;

/// <summary>A user's task: a small network learns a line from points that come in another order in each epoch.</summary>
internal sealed class LineTask : TrainingTask
{
    private const int Batch = 4;

    private readonly ulong _seed;
    private readonly Linear _hidden;
    private readonly Linear _output;
    private readonly Dropout _dropout = new("dropout", 0.1f);
    private readonly Tensor[] _inputs;
    private readonly Tensor[] _targets;
    private int[] _order = [];

    public LineTask(ulong seed = 3)
    {
        _seed = seed;
        _hidden = new Linear(Parameters, "hidden", 1, 8);
        _output = new Linear(Parameters, "output", 8, 1);
        Parameters.Allocate(seed);
        float[][] points = [.. Enumerable.Range(0, 6).Select(i => Enumerable.Range(0, Batch).Select(j => MathF.Sin(i * 5 + j)).ToArray())];
        _inputs = [.. points.Select(batch => Tensor.From(batch, new Shape(Batch, 1)))];
        _targets = [.. points.Select(batch => Tensor.From([.. batch.Select(value => 2 * value + 1)], new Shape(Batch, 1)))];
    }

    public override string Name => "line";

    public override ParameterSet Parameters { get; } = new();

    public override int StepsPerEpoch => 5;

    public override string Items => "points";

    public override long ValidationItems => Batch;

    public override string Watched => Watch;

    public override bool WatchedIsMaximized => Watch != "loss";

    public string Watch { get; init; } = "loss";

    /// <summary>What is measured instead of the task's own, by the number of the epoch.</summary>
    public Func<int, IReadOnlyList<Metric>>? Measured { get; init; }

    public List<int> Begun { get; } = [];

    public string Carried { get; set; } = "nothing";

    public override int ItemsInStep(int step) => Batch;

    public override void BeginEpoch(int epoch)
    {
        Begun.Add(epoch);
        _order = [.. Enumerable.Range(0, StepsPerEpoch).OrderBy(i => (i * 7919 + epoch * 31 + (int)_seed) % 13)];
    }

    public override Tensor Loss(Tape tape, int step) => Loss(tape, _inputs[_order[step]], _targets[_order[step]]);

    public override IReadOnlyList<Metric> Validate(Action<long> done, CancellationToken cancellationToken)
    {
        done(Batch);
        if (Measured is not null)
            return Measured(Begun[^1]);
        double loss = Loss(Tape.ForInference(), _inputs[^1], _targets[^1]).Scalar;
        return [new Metric("loss", loss), new Metric("closeness", -loss)];
    }

    public override void SaveTo(SafetensorsWriter writer) => writer.Metadata["line"] = Carried;

    public override void LoadFrom(SafetensorsFile file) => Carried = file.Metadata["line"];

    private Tensor Loss(Tape tape, Tensor x, Tensor target)
    {
        Tensor difference = tape.Subtract(_output.Forward(tape, _dropout.Forward(tape, tape.Tanh(_hidden.Forward(tape, x)))), target);
        return tape.Mean(tape.Multiply(difference, difference));
    }
}
