using System.Diagnostics;
using Spectre.Console;
using Unfold.Training;

namespace Unfold.Cli.Terminal;

/// <summary>A bar for the whole run with the numbers beside it; finished epochs stay above.</summary>
internal sealed class LiveView : TrainingView
{
    // Often enough for the eye, seldom enough for the machine.
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    // What the percentage and the numbers take at most.
    private const int Numbers = 85;

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
        .Columns(Columns())
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
        string what = value.Stage == TrainingStage.Validating ? "validating" : ShortLine(value, _words);
        _run.Description = Markup.Escape($"{value.Epoch}/{value.Epochs}  {what}");
        if (value.Stage == TrainingStage.Training)
        {
            _run.MaxValue = Math.Max(1, value.Steps);
            _run.Value = value.Step;
        }
    }

    /// <summary>The numbers come first: where there is no room for a bar beside them, the percentage alone shows how far the run is.</summary>
    private static ProgressColumn[] Columns()
    {
        var text = new TaskDescriptionColumn { Alignment = Justify.Left };
        int room = AnsiConsole.Profile.Width - Numbers;
        return room < 10
            ? [new PercentageColumn(), text]
            : [new ProgressBarColumn { Width = Math.Min(room, 40) }, new PercentageColumn(), text];
    }
}
