using Unfold.Metrics;

namespace Unfold.Models;

/// <summary>How well a model tells the classes of sequences.</summary>
/// <param name="Sequences">How many sequences.</param>
/// <param name="Loss">The mean cross-entropy, in nats a sequence; of several labels the mean over the classes.</param>
/// <param name="Accuracy">The share of sequences all of whose classes were told rightly, and no other.</param>
/// <param name="MicroF1">The F1 of all labels together; of one label a sequence the same as the accuracy.</param>
/// <param name="MacroF1">The mean of the classes' F1.</param>
/// <param name="Confusion">How many sequences of each class were taken for which; null where a sequence may have several.</param>
/// <param name="Seconds">How long it took.</param>
public sealed record SequenceEvaluation(int Sequences, double Loss, double Accuracy, double MicroF1, double MacroF1, ConfusionMatrix? Confusion, double Seconds);

/// <summary>What a model makes of a sequence.</summary>
/// <param name="Labels">The likeliest class or, where a sequence may have several, all of a probability of a half or more; as places in the list of classes.</param>
/// <param name="Classes">Their names.</param>
/// <param name="Probabilities">A probability for each class.</param>
public sealed record SequencePrediction(IReadOnlyList<int> Labels, IReadOnlyList<string> Classes, IReadOnlyList<float> Probabilities);
