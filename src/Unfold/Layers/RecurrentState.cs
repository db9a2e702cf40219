using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// What a <see cref="SequenceLayer"/> remembers between two calls: for a <see cref="Recurrent"/> a tensor [N, S] for every state of every layer of the stack, for a
/// <see cref="TemporalConvolutionalNetwork"/> the last inputs of every convolution, [N, C, d(k - 1)]. A value: layers read it and give a new one. It lasts beyond the reset of a tape.
/// </summary>
public sealed class RecurrentState
{
    private readonly Tensor[] _tensors;

    internal RecurrentState(Tensor[] tensors) => _tensors = tensors;

    /// <summary>The states of the lowest layer first, each layer's in the order of its cell's text or its convolutions.</summary>
    public IReadOnlyList<Tensor> Tensors => _tensors;

    /// <summary>N, the sequences that this remembers.</summary>
    public int Batch => _tensors.Length == 0 ? 0 : _tensors[0].Shape[0];

    /// <summary>An independent copy.</summary>
    public RecurrentState Copy() => new([.. _tensors.Select(t => t.Copy())]);

    /// <summary>The state of the first sequences alone: the same memory.</summary>
    internal RecurrentState First(int batch) => batch == Batch ? this : new([.. _tensors.Select(t => t.Slice(0, batch))]);

    /// <summary>Overwrites this with the states of some sequences of another state, for each of these sequences one.</summary>
    internal void Gather(RecurrentState other, ReadOnlySpan<int> sequences)
    {
        for (int i = 0; i < _tensors.Length; i++)
        {
            for (int n = 0; n < sequences.Length; n++)
                other._tensors[i].Slice(sequences[n], 1).Values.CopyTo(_tensors[i].Slice(n, 1).Span);
        }
    }

    /// <summary>Overwrites this with another state of the same layer and batch.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public void CopyFrom(RecurrentState other)
    {
        if (other._tensors.Length != _tensors.Length)
            throw new ArgumentException($"This state has {_tensors.Length} tensors, but the other {other._tensors.Length}: it belongs to another layer.");
        for (int i = 0; i < _tensors.Length; i++)
        {
            if (_tensors[i].Shape != other._tensors[i].Shape)
                throw new ArgumentException($"State tensor {i} is {_tensors[i].Shape} here, but {other._tensors[i].Shape} in the other.");
            other._tensors[i].Values.CopyTo(_tensors[i].Span);
        }
    }
}
