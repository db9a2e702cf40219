using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Data.Synthetic;
using Unfold.Layers;
using Unfold.Notation;
using Unfold.Tensors;
using Unfold.Training;

namespace Unfold.Models;

/// <summary>A network that learned one of the <see cref="SequenceProblem"/>s: any sequence layer and a linear one that reads the answer from its output, or a list of layers.</summary>
/// <remarks>
/// Effectively computes <c>W y_t + b</c> of the layer's output y, after the last step or after each. Trained by the mean squared error where the answer is a number, else by the cross-entropy of
/// the classes.
/// </remarks>
public sealed class SequenceModel
{
    private readonly Linear? _output;
    private readonly Sequential? _layers;
    private readonly bool _lastOnly;

    internal SequenceModel(SequenceProblem problem, SequenceModelOptions options)
    {
        Problem = problem;
        Options = options;
        _lastOnly = problem.Answer != SequenceAnswer.ClassOfEachStep;
        if (options.Layers is null)
        {
            Layer = options.Layer.Build(Parameters, "sequence", problem.InputSize);
            _output = new Linear(Parameters, "output", Layer.OutputSize, problem.OutputSize);
            return;
        }

        if (!_lastOnly)
            throw new OptionException(nameof(options.Layers), $"A list of layers answers once, after the last step, but {problem.Name} asks after each: use a sequence layer.");
        Plan = NetworkPlan.Parse(options.Layers, problem.Item).WithOutput(problem.OutputSize);
        _layers = Plan.Build(Parameters);
    }

    /// <summary>What it learned.</summary>
    public SequenceProblem Problem { get; }

    /// <summary>How it was built and trained.</summary>
    public SequenceModelOptions Options { get; }

    /// <summary>The layer that reads the sequences; null where a list of layers does.</summary>
    public SequenceLayer? Layer { get; }

    /// <summary>The list of layers that reads the sequences, with its output; null where a sequence layer does.</summary>
    public NetworkPlan? Plan { get; }

    /// <summary>How many numbers the model has.</summary>
    public long ParameterCount => Parameters.Count;

    /// <summary>What training did: its final <c>validation_loss</c> is to be held against <see cref="SequenceProblem.BaselineLoss"/>; of classes there is the <c>accuracy</c> too.</summary>
    public TrainingReport Report { get; private set; } = new() { Task = "" };

    /// <summary>All weights.</summary>
    internal ParameterSet Parameters { get; } = new();

    /// <summary>What reads the answer from the sequence layer's output, or the list of layers; one of both.</summary>
    internal (Linear? Output, Sequential? Layers) Parts => (_output, _layers);

    /// <summary>Trains a model.</summary>
    /// <param name="problem">What to learn.</param>
    /// <param name="options">What to build and how to train it; null for the defaults.</param>
    /// <param name="progress">Told of every step, on the calling thread.</param>
    /// <param name="cancellationToken">Ends the run after the current step; a checkpoint is saved first if the options name one.</param>
    /// <returns>The trained model.</returns>
    /// <exception cref="OptionException">An option is out of range.</exception>
    /// <exception cref="ArgumentException">A size of the layer is out of range.</exception>
    /// <exception cref="NotationException">The list of layers is wrong, or a layer does not fit what comes into it.</exception>
    /// <exception cref="TrainingException">The loss or a gradient is no longer a number.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public static SequenceModel Train(
        SequenceProblem problem, SequenceModelOptions? options = null, IProgress<TrainingProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(problem);
        options ??= new SequenceModelOptions();
        options.Check();
        SequenceModel model = new(problem, options);
        model.Parameters.Allocate(options.Seed);
        SequenceModelOptions chosen = options.Until is double loss ? options with { Callbacks = [.. options.Callbacks, new StopBelow(loss)] } : options;
        model.Report = new Trainer(new SequenceModelTask(model), chosen, progress).Run(cancellationToken);
        return model;
    }

    /// <summary>The answers to sequences.</summary>
    /// <param name="tape">The tape; <see cref="Tape.ForInference"/> outside training.</param>
    /// <param name="x">[T, N, C].</param>
    /// <returns>[N, V] after the last step, or <c>[T, N, V]</c> where there is an answer to each; on the tape.</returns>
    /// <exception cref="ArgumentException">x has another shape.</exception>
    public Tensor Forward(Tape tape, Tensor x) => Forward(tape, x, Layer?.InitialState(x.Shape[1]));

    /// <summary>As the other, with a state that receives what is not needed.</summary>
    internal Tensor Forward(Tape tape, Tensor x, RecurrentState? spare)
    {
        if (_layers is not null)
            return _layers.Forward(tape, Items(tape, x));
        Tensor y = Layer!.Forward(tape, x, null, spare!);
        return _output!.Forward(tape, _lastOnly ? y.Slice(y.Shape[0] - 1, 1).Reshape(y.Shape[1], y.Shape[2]) : y);
    }

    /// <summary>[N, C, T] of steps side by side, or pictures one behind the other.</summary>
    private Tensor Items(Tape tape, Tensor x)
    {
        Shape item = Problem.Item;
        return item.Rank == 2 ? tape.Permute(x, 1, 2, 0) : tape.Permute(x, 1, 0, 2).Reshape(x.Shape[1], item[0], item[1], item[2], item[3]);
    }

    /// <summary>Ends a run that has learned enough.</summary>
    private sealed class StopBelow(double loss) : TrainingCallback
    {
        public override void AfterEpoch(Trainer trainer)
        {
            if (trainer.Progress.ValidationLoss < loss)
                trainer.Stop();
        }
    }
}
