namespace Unfold.Training;

/// <summary>The options of a <see cref="Trainer"/> for a network of your own: nothing but what all training has in common.</summary>
public sealed record TrainerOptions : TrainingOptions;
