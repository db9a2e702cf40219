using System.Diagnostics;
using Spectre.Console;
using Unfold.Training;

namespace Unfold.Cli.Terminal;

/// <summary>A bar for the whole run and one for the validation at hand, with the numbers beside them; finished epochs stay above.</summary>
internal sealed class LiveView : TrainingView
{
    // Often enough for the eye, seldom enough for the machine.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    private readonly bool _words;
    private readonly ProgressTask _run;
    private readonly Stopwatch _sinceUpdate = Stopwatch.StartNew();

    private LiveView(bool words, ProgressTask run)
    {
        _words = words;
        _run = run;
    }

    public static T Run<T>(bool words, Func<TrainingView, T> work) => AnsiConsole.Progress()
        .AutoClear(true)
        .HideCompleted(false)
        .Columns(new ProgressBarColumn { Width = 24 }, new PercentageColumn(), new TaskDescriptionColumn { Alignment = Justify.Left })
        .Start(context => work(new LiveView(words, context.AddTask("starting"))));

    public override void Report(TrainingProgress value)
    {
        if (value.Stage == TrainingStage.EpochEnded)
        {
            AnsiConsole.WriteLine(EpochLine(value, _words));
        }
        else if (_sinceUpdate.Elapsed < Interval)
        {
            return;
        }

        _sinceUpdate.Restart();
        string what = value.Stage == TrainingStage.Validating ? "validating" : StepLine(value, _words);
        _run.Description = Markup.Escape($"epoch {value.Epoch}/{value.Epochs}  {what}");
        if (value.Stage == TrainingStage.Training)
        {
            _run.MaxValue = Math.Max(1, value.Steps);
            _run.Value = value.Step;
        }
    }
}
