using System.Globalization;
using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// Sets inputs to zero at random in training and scales the others up: <c>y = x * mask</c>, the mask being 0 with probability p, else
/// <c>1 / (1 - p)</c>. Outside training, <c>y = x</c>.
/// </summary>
/// <remarks>
/// Shapes: x <c>[T, .., C]</c>, <c>[N, C]</c> or <c>[C]</c>, y the same. No parameters. Masks depend on the tape's seed and step and on the layer's
/// name, so two dropouts of a model need different names. Source: Srivastava et al. 2014.
/// </remarks>
public sealed class Dropout : FeedForward
{
    private readonly uint _place;

    /// <summary>Makes the layer.</summary>
    /// <param name="name">Its name, unique among the model's dropouts.</param>
    /// <param name="probability">The probability of a zero, from 0 to below 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The probability is not from 0 to below 1.</exception>
    public Dropout(string name, float probability)
        : base(name)
    {
        if (!(probability >= 0 && probability < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability),
                $"Dropout '{name}' expects a probability of zeros from 0 to below 1, but got {probability}.");
        }

        Probability = probability;
        _place = Place.Of(name);
    }

    /// <summary>The probability of a zero.</summary>
    public float Probability { get; }

    /// <inheritdoc/>
    /// <returns>The output, of the shape of x; x itself outside training.</returns>
    public override Tensor Forward(Tape tape, Tensor x) => tape.Dropout(x, Probability, _place);

    /// <summary>Applies the layer to the steps of sequences: each gets the mask that it gets in a padded batch <c>[T, N, C]</c>.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">[S, C].</param>
    /// <param name="sequences">How the steps lie.</param>
    /// <returns>The output, of the shape of x; x itself outside training.</returns>
    public Tensor Forward(Tape tape, Tensor x, PackedSequences sequences)
    {
        ArgumentNullException.ThrowIfNull(sequences);
        return Forward(tape, x, sequences.Padded, sequences.Count);
    }

    /// <summary>Applies the layer to rows [S, C] of which each belongs to the row of a batch [T, N, C] that is listed; null where they are those rows in order.</summary>
    internal Tensor Forward(Tape tape, Tensor x, int[]? rows, int batch) => tape.Dropout(x, Probability, _place, rows, batch);

    /// <inheritdoc/>
    protected override string Describe() => $"Dropout({Probability.ToString(CultureInfo.InvariantCulture)})";
}
