using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>The checks of what losses are given, in one wording.</summary>
internal static class LossCheck
{
    /// <summary>Predictions and targets of one shape, with an element at least; the targets are constants.</summary>
    public static void Elements(string who, Tape tape, Tensor predictions, Tensor targets)
    {
        ArgumentNullException.ThrowIfNull(tape);
        Check.SameShape(who, predictions, targets);
        if (predictions.Shape.Length == 0)
            throw new ArgumentException($"{who} expects at least one element, but got {predictions.Shape}.");
        Constant(who, tape, targets);
    }

    /// <summary>Scores <c>[.., V]</c> and a target for each row.</summary>
    public static void Rows(string who, Tensor scores, ReadOnlySpan<int> targets, int? ignoreIndex)
    {
        Shape shape = scores.Shape;
        if (shape.Rank == 0 || shape.Rows != targets.Length)
            throw new ArgumentException($"{who} expects logits [.., V] and a target for each row, but got {shape} and {targets.Length} targets.");
        Check.Indices(who, targets, shape.Last, ignoreIndex);
    }

    /// <summary>A weight for each class, or none at all.</summary>
    public static void Weights(string who, string name, ReadOnlySpan<float> weights, Tensor scores)
    {
        if (weights.Length > 0 && weights.Length != scores.Shape.Last)
        {
            throw new ArgumentException($"{who} expects one of {name} for each of the {scores.Shape.Last} classes of {scores.Shape}, or none at all, "
                + $"but got {weights.Length}.");
        }
    }

    /// <summary>Targets through which no gradient is expected to pass.</summary>
    public static void Constant(string who, Tape tape, Tensor targets)
    {
        if (tape.Records(targets))
        {
            throw new ArgumentException($"{who} takes its targets as constants, but these of shape {targets.Shape} were made from trained "
                + "parameters. Take a Copy() of them if no gradient is to pass.");
        }
    }

    /// <summary>A fraction of label smoothing.</summary>
    public static void Smoothing(string who, float labelSmoothing)
    {
        if (!(labelSmoothing >= 0 && labelSmoothing <= 1))
            throw new ArgumentOutOfRangeException(nameof(labelSmoothing), $"{who} expects a labelSmoothing from 0 to 1, but got {labelSmoothing}.");
    }
}
