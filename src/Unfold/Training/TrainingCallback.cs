namespace Unfold.Training;

/// <summary>
/// Called by a <see cref="Trainer"/> between its steps and epochs, on its thread; each member does nothing unless overridden. May look at the run by
/// <see cref="Trainer.Progress"/> and the task's parameters and gradients, and end it by <see cref="Trainer.Stop"/>.
/// </summary>
public abstract class TrainingCallback
{
    /// <summary>Before the first step of an epoch, and again when a run goes on from a checkpoint in the midst of one.</summary>
    /// <param name="trainer">The run.</param>
    public virtual void BeforeEpoch(Trainer trainer)
    {
    }

    /// <summary>Before a step.</summary>
    /// <param name="trainer">The run.</param>
    public virtual void BeforeStep(Trainer trainer)
    {
    }

    /// <summary>After a step: parameters hold their gradients, before clipping by norm, until the next one.</summary>
    /// <param name="trainer">The run.</param>
    public virtual void AfterStep(Trainer trainer)
    {
    }

    /// <summary>After an epoch, when the held-out part has been measured, and before the checkpoint is written.</summary>
    /// <param name="trainer">The run.</param>
    public virtual void AfterEpoch(Trainer trainer)
    {
    }
}
