using System.Diagnostics;
using Unfold.Training;

namespace Unfold.Cli.Terminal;

/// <summary>A line now and then, and one an epoch.</summary>
internal sealed class PlainView(bool words) : TrainingView
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly Stopwatch _sinceLine = Stopwatch.StartNew();

    public override void Report(TrainingProgress value)
    {
        switch (value.Stage)
        {
            case TrainingStage.EpochEnded:
                Console.Out.WriteLine(EpochLine(value, words));
                _sinceLine.Restart();
                break;
            case TrainingStage.Training when _sinceLine.Elapsed >= Interval:
                Console.Out.WriteLine($"epoch {value.Epoch}/{value.Epochs}  step {value.Step}/{value.Steps}  {StepLine(value, words)}");
                _sinceLine.Restart();
                break;
        }
    }
}
