using Unfold.Training;

namespace Unfold.Tests.Training;

/// <summary>Counts the steps in which a training's thread allocates: in its last epoch, told of its progress, or wherever it begins and ends one.</summary>
/// <remarks>
/// What a step allocates, every step allocates. What the machine brings (the first time that the thread has to wait for another, a method that is
/// compiled again) comes once or twice, in no step in particular: a test that asked for none at all failed on a busy machine.
/// </remarks>
internal sealed class StepAllocations : IProgress<TrainingProgress>
{
    private long _before;

    public int Steps { get; private set; }

    public int Allocating { get; private set; }

    public void Report(TrainingProgress value)
    {
        End();
        if (value.Stage == TrainingStage.Training && value.Epoch == value.Epochs)
            Begin();
    }

    public void Begin() => _before = GC.GetAllocatedBytesForCurrentThread();

    public void End()
    {
        long now = GC.GetAllocatedBytesForCurrentThread();
        if (_before == 0)
            return;
        Steps++;
        Allocating += now > _before ? 1 : 0;
        _before = 0;
    }

    public void AssertNone()
    {
        Assert.True(Steps >= 10, $"Only {Steps} steps were seen.");
        Assert.True(5 * Allocating < Steps, $"{Allocating} of {Steps} steps allocate.");
    }
}
