using Unfold.Metrics;

namespace Unfold.Models;

/// <summary>How well a model tells the classes of images.</summary>
/// <param name="Images">How many images.</param>
/// <param name="Loss">The mean cross-entropy, in nats an image.</param>
/// <param name="Confusion">How many images of each class were taken for which.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record ImageEvaluation(int Images, double Loss, ConfusionMatrix Confusion, double Seconds)
{
    /// <summary>The share of images whose class was told rightly.</summary>
    public double Accuracy => Confusion.Accuracy;
}

/// <summary>What a model makes of an image.</summary>
/// <param name="Label">The likeliest class, as a place in the list of classes.</param>
/// <param name="Class">Its name.</param>
/// <param name="Probabilities">A probability for each class.</param>
public sealed record ImagePrediction(int Label, string Class, IReadOnlyList<float> Probabilities);
