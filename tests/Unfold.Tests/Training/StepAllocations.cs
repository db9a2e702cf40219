using Unfold.Training;

namespace Unfold.Tests.Training;

/// <summary>Counts the steps in which a training's thread allocates: in its last epoch, told of its progress, or wherever it begins and ends one.</summary>
/// <remarks>
/// What a step allocates, every step allocates. On a busy machine one step in a run, in no place in particular, has been seen to allocate 2 to 4 kB; why is not known: waiting, a collection of garbage
/// and parts taken over from a slow thread have each been tried, and none explains it. So two steps may.
/// </remarks>
internal sealed class StepAllocations : IProgress<TrainingProgress>
{
    private long _before;

    public int Steps { get; private set; }

    public int Allocating { get; private set; }

    public void Report(TrainingProgress value)
    {
        // Behind the last step of an epoch comes what is measured and told, which may allocate.
        if (value.Stage != TrainingStage.Training)
        {
            _before = 0;
            return;
        }

        End();
        if (value.Epoch == value.Epochs)
            Begin();
    }

    public void Begin() => _before = GC.GetAllocatedBytesForCurrentThread();

    public void End()
    {
        long now = GC.GetAllocatedBytesForCurrentThread();
        if (_before > 0)
        {
            Steps++;
            Allocating += now > _before ? 1 : 0;
        }

        _before = 0;
    }

    public void AssertNone()
    {
        Assert.True(Steps >= 10, $"Only {Steps} steps were seen.");
        Assert.True(Allocating <= 2, $"{Allocating} of {Steps} steps allocate.");
    }
}
