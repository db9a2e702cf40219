using Unfold.Autodiff;
using Unfold.Data.Synthetic;
using Unfold.Layers;
using Unfold.Losses;
using Unfold.Metrics;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>A problem of sequences as the trainer sees it: each step is a batch that was never seen before.</summary>
internal sealed class SequenceModelTask : TrainingTask
{
    /// <summary>The number of the first sequence that is held out: training never comes so far.</summary>
    private const long HeldOut = 1L << 50;

    private readonly SequenceModel _model;
    private readonly SequenceBatch _batch, _heldOut;
    private readonly RecurrentState? _spare;
    private readonly Tape _tape = Tape.ForInference();
    private long _epoch;

    /// <summary>Makes the task for a model with values.</summary>
    internal SequenceModelTask(SequenceModel model)
    {
        _model = model;
        int batch = model.Options.Batch;
        _batch = new SequenceBatch(model.Problem, batch);
        _heldOut = new SequenceBatch(model.Problem, batch);
        _spare = model.Layer?.InitialState(batch);
    }

    /// <inheritdoc/>
    public override string Name => _model.Problem.Name;

    /// <inheritdoc/>
    public override ParameterSet Parameters => _model.Parameters;

    /// <inheritdoc/>
    public override int StepsPerEpoch => _model.Options.Steps;

    /// <inheritdoc/>
    public override string Items => "sequences";

    /// <inheritdoc/>
    public override long ValidationItems => (long)HeldOutBatches * _batch.Count;

    private int HeldOutBatches => (_model.Options.ValidationSequences + _batch.Count - 1) / _batch.Count;

    /// <inheritdoc/>
    public override int ItemsInStep(int step) => _batch.Count;

    /// <inheritdoc/>
    public override void BeginEpoch(int epoch) => _epoch = epoch;

    /// <inheritdoc/>
    public override Tensor Loss(Tape tape, int step)
    {
        _model.Problem.Fill(_batch, _model.Options.Seed, ((_epoch * StepsPerEpoch) + step) * _batch.Count);
        return Loss(tape, _batch, out _);
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Metric> Validate(Action<long> done, CancellationToken cancellationToken)
    {
        double loss = 0;
        long right = 0, asked = 0;
        for (int i = 0; i < HeldOutBatches; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            _model.Problem.Fill(_heldOut, _model.Options.Seed, HeldOut + ((long)i * _heldOut.Count));
            loss += Loss(_tape, _heldOut, out Tensor answers).Scalar;
            Count(answers, ref right, ref asked);
            _tape.Reset();
            done((long)(i + 1) * _heldOut.Count);
        }

        Metric mean = new("loss", loss / HeldOutBatches);
        return asked == 0 ? [mean] : [mean, new Metric("accuracy", (double)right / asked)];
    }

    private Tensor Loss(Tape tape, SequenceBatch batch, out Tensor answers)
    {
        answers = _model.Forward(tape, batch.Inputs, _spare);
        return _model.Problem.Answer == SequenceAnswer.Number
            ? MeanSquaredError.Forward(tape, answers, batch.Numbers)
            : SoftmaxCrossEntropy.Forward(tape, answers, batch.Classes);
    }

    /// <summary>Counts right classes; of answers to each step only those that remember something, since the others are always class 0.</summary>
    private void Count(Tensor answers, ref long right, ref long asked)
    {
        ReadOnlySpan<float> scores = answers.Values;
        int classes = answers.Shape.Last;
        for (int i = 0; i < _heldOut.Classes.Length; i++)
        {
            if (_model.Problem.Answer == SequenceAnswer.ClassOfEachStep && _heldOut.Classes[i] == 0)
                continue;
            ReadOnlySpan<float> row = scores.Slice(i * classes, classes);
            int best = 0;
            for (int c = 1; c < classes; c++)
                best = row[c] > row[best] ? c : best;
            asked++;
            right += best == _heldOut.Classes[i] ? 1 : 0;
        }
    }
}
