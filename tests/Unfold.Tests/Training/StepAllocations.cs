using System.Runtime;
using Unfold.Training;

namespace Unfold.Tests.Training;

/// <summary>Counts the steps in which a training's thread allocates: in its last epoch, told of its progress, or wherever it begins and ends one.</summary>
/// <remarks>
/// What a step allocates, every step allocates; so none may. A collection in the background would feign one: before it sweeps, it takes from every thread the rest of the up to 8 KB that the thread was
/// given to allocate from, and the rest stays counted as allocated (.NET 10, gc.cpp, void_allocation). So tests collect in the foreground: Directory.Build.props says so.
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
        Assert.Equal(GCLatencyMode.Batch, GCSettings.LatencyMode);
        Assert.True(Allocating == 0, $"{Allocating} of {Steps} steps allocate.");
    }
}
