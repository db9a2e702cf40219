using Unfold.Cli.Shell;
using Unfold.Training;

namespace Unfold.Cli.Terminal;

/// <summary>Shows a training run: bars on a terminal, plain lines in a pipe or a file.</summary>
internal abstract class TrainingView : IProgress<TrainingProgress>
{
    private const string Tokens = "tokens";

    /// <summary>Runs the work with a view that suits where the output goes.</summary>
    public static T Show<T>(bool words, Func<TrainingView, T> work) =>
        Console.IsOutputRedirected ? work(new PlainView(words)) : LiveView.Run(words, work);

    public abstract void Report(TrainingProgress value);

    /// <summary>The line that stays when an epoch has ended.</summary>
    protected static string EpochLine(in TrainingProgress at, bool words)
    {
        string validation = at.ValidationLoss is double loss ? $"  validation loss {loss:F4}{Measure(loss, at, words)}" : "";
        string others = string.Concat(at.Validation.Skip(1).Select(metric => $"  {metric.Name.Replace('_', ' ')} {metric.Value:F4}"));
        return $"epoch {at.Epoch}/{at.Epochs}  train loss {at.Loss:F4}{validation}{others}  {Rate(at)}  {Say.Time(TimeSpan.FromSeconds(at.Seconds))}";
    }

    /// <summary>What can be said in the middle of an epoch.</summary>
    protected static string StepLine(in TrainingProgress at, bool words)
    {
        string left = at.TimeLeft is TimeSpan time ? $"  {Say.Time(time)} left" : "";
        return $"loss {at.RecentLoss:F4}{Measure(at.RecentLoss, at, words)}  gradient {at.GradientNorm:F3}  {Rate(at)}{left}";
    }

    /// <summary>The same for a line that is rewritten in its place: at most about 75 characters.</summary>
    protected static string ShortLine(in TrainingProgress at, bool words)
    {
        string measure = at.Items != Tokens ? "" : words ? $"  perplexity {Say.Number(at.Perplexity)}" : $"  {at.BitsPerCharacter:F3} bits/char";
        string left = at.TimeLeft is TimeSpan time ? $"  {Say.Time(time)} left" : "";
        string items = at.Items == Tokens ? "tok" : at.Items;
        return $"loss {at.RecentLoss:F4}{measure}  grad {at.GradientNorm:F3}  {Say.Count((long)at.ItemsPerSecond)} {items}/s{left}";
    }

    /// <summary>The loss of tokens by its usual name too: bits a character for characters, perplexity for words.</summary>
    private static string Measure(double loss, in TrainingProgress at, bool words) => at.Items != Tokens ? "" : words
        ? $" (perplexity {Say.Number(Math.Exp(loss))})"
        : $" ({loss / Math.Log(2) / at.CharactersPerItem:F3} bits a character)";

    private static string Rate(in TrainingProgress at) => $"{Say.Count((long)at.ItemsPerSecond)} {at.Items}/s";
}
