using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// Puts a <see cref="SequenceLayer"/> among feed-forward ones: reads the axes behind the channels as time, row by row, so that an image is a sequence of its pixels.
/// </summary>
/// <remarks>
/// Shapes: x <c>[N, C, …]</c>, the axes behind C being T steps in all; y <c>[N, H]</c>, the output after the last step, or of all of them <c>[N, H, T]</c>. No parameters of its own: those of the
/// sequence layer have its name. Cost: the layer's, and a copy of what goes in and out.
/// </remarks>
public sealed class SequenceReader : FeedForward
{
    private readonly bool _lastOnly;
    private RecurrentState? _spare;

    /// <summary>Wraps a layer.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="lastOnly">Whether only the output after the last step goes on.</param>
    public SequenceReader(SequenceLayer layer, bool lastOnly)
        : base(layer is null ? "" : layer.Name)
    {
        ArgumentNullException.ThrowIfNull(layer);
        (Layer, _lastOnly) = (layer, lastOnly);
    }

    /// <summary>What reads the sequence.</summary>
    public SequenceLayer Layer { get; }

    /// <summary>Whether only the output after the last step goes on.</summary>
    internal bool LastOnly => _lastOnly;

    /// <inheritdoc/>
    public override Tensor Forward(Tape tape, Tensor x)
    {
        if (x.Shape.Rank < 3 || x.Shape[1] != Layer.InputSize)
            throw new ArgumentException($"SequenceReader '{Name}' expects x [N, C={Layer.InputSize}, …] with one axis or more behind the channels, but got {x.Shape}.");
        (int batch, int channels) = (x.Shape[0], x.Shape[1]);
        Tensor steps = tape.Permute(x.Reshape(batch, channels, x.Shape.Length / (batch * channels)), 2, 0, 1);

        // Borrowed while it is written to, so that any number of threads may run the layer.
        RecurrentState? spare = Interlocked.Exchange(ref _spare, null);
        if (spare is null || spare.Batch != batch)
            spare = Layer.InitialState(batch);
        Tensor y = Layer.Forward(tape, steps, null, spare);
        _spare = spare;
        return _lastOnly ? y.Slice(y.Shape[0] - 1, 1).Reshape(batch, Layer.OutputSize) : tape.Permute(y, 1, 2, 0);
    }

    /// <inheritdoc/>
    protected override string Describe() => $"SequenceReader({Layer.Name}{(_lastOnly ? ", last" : "")})";
}
