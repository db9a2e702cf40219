using System.Globalization;
using System.Text;
using Unfold.Optimizers;

namespace Unfold.Training;

/// <summary>How a model was trained, in words.</summary>
internal static class TrainingSummary
{
    /// <summary>The optimizer and whatever differs from the simplest: <c>Adam at 0.004 (Cosine), gradients clipped to norm 1</c>.</summary>
    internal static string Of(TrainingOptions options)
    {
        StringBuilder text = new();
        Add($"{options.Optimizer} at {options.LearningRate} ({options.Decay})");
        if (options.Accumulate > 1)
            Add($", {options.Accumulate} batches a step");
        if (options.WeightDecay is float decay)
            Add($", weight decay {decay}");
        if (options.L1 > 0)
            Add($", L1 {options.L1}");
        if (options.L2 > 0)
            Add($", L2 {options.L2}");
        foreach (ParameterGroup group in options.Groups)
            Add($", group '{group}'");
        if (options.AverageFrom is not null || options.AverageDecay is not null)
            Add($", weights averaged from epoch {options.AverageFrom ?? 1}");
        if (options.ClipNorm is float norm)
            Add($", gradients clipped to norm {norm}");
        if (options.ClipValue is float value)
            Add($", gradients clipped to value {value}");
        if (options.ClipUpdate is float update)
            Add($", updates clipped to {update}");
        return text.ToString();

        void Add(FormattableString part) => text.Append(part.ToString(CultureInfo.InvariantCulture));
    }
}
