using Unfold.Autodiff;
using Unfold.Formats.Safetensors;
using Unfold.Tensors;

namespace Unfold.Training;

/// <summary>A task's part in a training run: it cuts the data into steps, computes their losses and measures the held-out part.</summary>
internal abstract class TrainingTask
{
    /// <summary>What is trained.</summary>
    internal abstract ParameterSet Parameters { get; }

    /// <summary>Updates of the weights in an epoch.</summary>
    internal abstract int StepsPerEpoch { get; }

    /// <summary>Items (tokens) in an epoch.</summary>
    internal abstract long ItemsPerEpoch { get; }

    /// <summary>Items of the held-out part; 0 if nothing is held out.</summary>
    internal abstract long ValidationItems { get; }

    /// <summary>Mean characters an item, for reports; 1 where there is no text.</summary>
    internal virtual double CharactersPerItem => 1;

    /// <summary>Items in a step of an epoch.</summary>
    internal abstract int ItemsInStep(int step);

    /// <summary>Computes the mean loss of a step's items on the tape.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="step">Which step of the epoch, from 0, where the task starts afresh; steps come in order.</param>
    /// <returns>A tensor of one element.</returns>
    internal abstract Tensor Loss(Tape tape, int step);

    /// <summary>Measures the mean loss on the held-out part; changes nothing that training depends on.</summary>
    /// <param name="done">Told how many items are done.</param>
    /// <param name="cancellationToken">Ends the measurement.</param>
    /// <returns>The mean loss in nats an item.</returns>
    internal abstract double Validate(Action<long> done, CancellationToken cancellationToken);

    /// <summary>Adds what identifies the task and what it carries from step to step to a checkpoint.</summary>
    internal abstract void SaveTo(SafetensorsWriter writer);

    /// <summary>Takes from a checkpoint what <see cref="SaveTo"/> added.</summary>
    /// <exception cref="ModelFileException">The checkpoint belongs to another model or other data.</exception>
    internal abstract void LoadFrom(SafetensorsFile file);
}
