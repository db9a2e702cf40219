using Unfold.Autodiff;
using Unfold.Formats.Safetensors;
using Unfold.Metrics;
using Unfold.Tensors;

namespace Unfold.Training;

/// <summary>
/// What a <see cref="Trainer"/> trains: it says what the parameters are, cuts the data into steps, computes their losses and measures a held-out
/// part. Three members are enough; for a loss that is a function of the step there is <see cref="Trainer.Train"/>.
/// </summary>
public abstract class TrainingTask
{
    /// <summary>The task's name in reports; <c>custom</c> unless overridden.</summary>
    public virtual string Name => "custom";

    /// <summary>What is trained; allocated before training begins.</summary>
    public abstract ParameterSet Parameters { get; }

    /// <summary>Steps in an epoch; 1 or more, and the same in every epoch.</summary>
    public abstract int StepsPerEpoch { get; }

    /// <summary>What the task counts its data in, for people: <c>tokens</c>, <c>images</c>, <c>sequences</c>; <c>steps</c> unless overridden.</summary>
    public virtual string Items => "steps";

    /// <summary>Items in an epoch; the sum over its steps unless overridden.</summary>
    public virtual long ItemsPerEpoch
    {
        get
        {
            long items = 0;
            for (int step = 0; step < StepsPerEpoch; step++)
                items += ItemsInStep(step);
            return items;
        }
    }

    /// <summary>Items of the held-out part; 0 (unless overridden) if nothing is held out, and then <see cref="Validate"/> is never called.</summary>
    public virtual long ValidationItems => 0;

    /// <summary>Mean characters an item, by which reports divide bits; 1 where there is no text.</summary>
    public virtual double CharactersPerItem => 1;

    /// <summary>The name of the metric by which patience and the best weights go: one that <see cref="Validate"/> returns; <c>loss</c> unless overridden.</summary>
    public virtual string Watched => "loss";

    /// <summary>Whether more of the watched metric is better, as for an accuracy; false unless overridden.</summary>
    public virtual bool WatchedIsMaximized => false;

    /// <summary>Items in a step of an epoch: what its mean loss is weighted by in the epoch's; 1 unless overridden.</summary>
    /// <param name="step">Which step of the epoch, from 0.</param>
    public virtual int ItemsInStep(int step) => 1;

    /// <summary>
    /// Prepares an epoch, as by shuffling; nothing unless overridden. A run that goes on from a checkpoint calls it again for the epoch in whose midst it
    /// was, so it must depend on nothing but the epoch and a seed, and leave alone what steps hand on to each other.
    /// </summary>
    /// <param name="epoch">Which epoch, from 0.</param>
    public virtual void BeginEpoch(int epoch)
    {
    }

    /// <summary>Computes the mean loss of a step's items on the tape.</summary>
    /// <param name="tape">The tape. It is the trainer's: it goes backwards and resets it.</param>
    /// <param name="step">Which step of the epoch, from 0, where the task starts afresh; steps come in order.</param>
    /// <returns>A tensor of one element.</returns>
    public abstract Tensor Loss(Tape tape, int step);

    /// <summary>
    /// Measures the held-out part with the weights as they are, after each epoch; changes nothing that training depends on. Use a tape of your own:
    /// <see cref="Tape.ForInference"/>.
    /// </summary>
    /// <param name="done">To be told now and then how many items are done.</param>
    /// <param name="cancellationToken">Ends the measurement.</param>
    /// <returns>The mean loss an item, under the name <c>loss</c>, and behind it whatever else was measured.</returns>
    public virtual IReadOnlyList<Metric> Validate(Action<long> done, CancellationToken cancellationToken) => [];

    /// <summary>
    /// Adds what identifies the task, and what it carries from step to step, to a checkpoint; nothing unless overridden. Parameters are saved by the
    /// trainer, under their names; names that begin with <c>checkpoint</c> are its own.
    /// </summary>
    /// <param name="writer">The checkpoint.</param>
    public virtual void SaveTo(SafetensorsWriter writer)
    {
    }

    /// <summary>Takes from a checkpoint what <see cref="SaveTo"/> added.</summary>
    /// <param name="file">The checkpoint.</param>
    /// <exception cref="ModelFileException">The checkpoint belongs to another model or other data.</exception>
    public virtual void LoadFrom(SafetensorsFile file)
    {
    }
}
