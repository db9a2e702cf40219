using Unfold.Kernels.Random;
using Unfold.Tensors;

namespace Unfold.Data.Synthetic;

/// <summary>
/// A problem whose sequences are made on the spot, as many as are wanted: each is a function of a seed and its number, so that no two runs differ and nothing is stored.
/// </summary>
public abstract class SequenceProblem
{
    private readonly uint _place;

    private protected SequenceProblem(string name, int length, int minimum, uint place)
    {
        if (length < minimum || length > 1 << 24)
            throw new ArgumentOutOfRangeException(nameof(length), $"The problem '{name}' expects a length from {minimum} to {1 << 24}, but got {length}.");
        (Name, Length, _place) = (name, length, place);
    }

    /// <summary>The problem's name: <c>adding</c>, <c>copy</c>, <c>latch</c>, <c>motion</c>.</summary>
    public string Name { get; }

    /// <summary>How long it must be remembered; what exactly is the problem's to say.</summary>
    public int Length { get; }

    /// <summary>T, the steps of a sequence.</summary>
    public abstract int Steps { get; }

    /// <summary>C, the input's features.</summary>
    public abstract int InputSize { get; }

    /// <summary>The shape of one sequence for a list of layers: <c>[C, T]</c>, or where a step is a picture <c>[1, T, H, W]</c>.</summary>
    public virtual Shape Item => new(InputSize, Steps);

    /// <summary>V, how many classes there are; 1 where the answer is a number.</summary>
    public abstract int OutputSize { get; }

    /// <summary>What is asked for.</summary>
    public abstract SequenceAnswer Answer { get; }

    /// <summary>The loss of the best answer that remembers nothing of the sequence: a mean squared error, or a cross-entropy in nats.</summary>
    public abstract double BaselineLoss { get; }

    /// <summary>What that answer is, as a person says it: <c>predicting the mean</c>.</summary>
    public abstract string Baseline { get; }

    /// <summary>Makes the sequences <paramref name="first"/>, <paramref name="first"/> + 1, … of a seed.</summary>
    /// <param name="batch">Receives them.</param>
    /// <param name="seed">Which sequences there are.</param>
    /// <param name="first">The number of the first, 0 or more.</param>
    /// <exception cref="ArgumentException">The batch was made for a problem of other sizes.</exception>
    public void Fill(SequenceBatch batch, ulong seed, long first)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.Inputs.Shape[0] != Steps || batch.Inputs.Shape[2] != InputSize)
            throw new ArgumentException($"The problem '{Name}' fills batches [T={Steps}, N, C={InputSize}], but got {batch.Inputs.Shape}: it was made for another problem.");
        batch.Inputs.Span.Clear();
        for (int n = 0; n < batch.Count; n++)
            Make(batch, n, new Source(seed, _place, (ulong)(first + n)));
    }

    /// <summary>Writes one sequence into a batch whose inputs are zeros.</summary>
    private protected abstract void Make(SequenceBatch batch, int sequence, Source random);

    /// <summary>The randomness of one sequence: numbers by step and unit.</summary>
    private protected readonly struct Source(ulong seed, uint place, ulong sequence)
    {
        /// <summary>A number in [0, 1).</summary>
        public float Uniform(int step, uint unit = 0) => CountedRandom.Uniform(seed, place, sequence, (ulong)step, unit);

        /// <summary>A whole number from 0 to below <paramref name="count"/>.</summary>
        public int Below(int count, int step, uint unit = 0) => Math.Min(count - 1, (int)(Uniform(step, unit) * (double)count));
    }
}
