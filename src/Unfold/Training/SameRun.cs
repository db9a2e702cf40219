namespace Unfold.Training;

/// <summary>Refuses to go on from a checkpoint with other options than those on which its contents depend.</summary>
internal static class SameRun
{
    /// <summary>Compares what all training has in common: what the order of the data, the steps and the optimizer's state depend on.</summary>
    /// <exception cref="OptionException">An option that cannot change in the middle of a run is another one.</exception>
    internal static void Require(TrainingOptions then, TrainingOptions asked)
    {
        Require(nameof(then.Batch), then.Batch, asked.Batch);
        Require(nameof(then.Accumulate), then.Accumulate, asked.Accumulate);
        Require(nameof(then.Optimizer), then.Optimizer, asked.Optimizer);
        if (then.Optimizer == OptimizerKind.RmsProp)
        {
            Require(nameof(then.Centered), then.Centered, asked.Centered);
            Require(nameof(then.Momentum), then.Momentum, asked.Momentum);
        }

        Require(nameof(then.AverageFrom), then.AverageFrom, asked.AverageFrom);
        Require(nameof(then.AverageDecay), then.AverageDecay, asked.AverageDecay);
        Require(nameof(then.Seed), then.Seed, asked.Seed);
    }

    /// <summary>Compares one option.</summary>
    /// <param name="option">Its name.</param>
    /// <param name="then">Its value in the checkpoint.</param>
    /// <param name="asked">Its value now.</param>
    /// <param name="shownThen">What to show a person for the one; null for the value itself.</param>
    /// <param name="shownAsked">What to show for the other.</param>
    /// <exception cref="OptionException">They differ.</exception>
    internal static void Require<T>(string option, T then, T asked, string? shownThen = null, string? shownAsked = null)
    {
        if (!EqualityComparer<T>.Default.Equals(then, asked))
        {
            throw new OptionException(option,
                $"{option} cannot change when a run is resumed: the checkpoint has {shownThen ?? Shown(then)}, but {shownAsked ?? Shown(asked)} was asked for.");
        }
    }

    private static string Shown<T>(T value) => value switch
    {
        null => "none",
        string text => $"'{text}'",
        _ => value.ToString()!,
    };
}
