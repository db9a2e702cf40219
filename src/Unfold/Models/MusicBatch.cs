using Unfold.Data.Music;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>Some pieces as rows: what each step reads, silence first and then the step before, and what sounds in it. One may be filled again and again.</summary>
internal sealed class MusicBatch
{
    private const int Pitches = MusicPieces.PitchCount;

    private Tensor _inputs = Tensor.Zeros(new Shape(0, Pitches)), _targets = Tensor.Zeros(new Shape(0, Pitches));
    private int[] _lengths = [];

    /// <summary>How the rows lie.</summary>
    internal PackedSequences Sequences { get; } = new();

    /// <summary>[S, 88], 1 for each note of the step before.</summary>
    internal Tensor Inputs => _inputs.Slice(0, Sequences.RowCount);

    /// <summary>[S, 88], 1 for each note of the step.</summary>
    internal Tensor Targets => _targets.Slice(0, Sequences.RowCount);

    /// <summary>Fills it with pieces, each moved by some semitones.</summary>
    internal void Fill(MusicPieces pieces, ReadOnlySpan<int> items, ReadOnlySpan<int> moves)
    {
        if (_lengths.Length != items.Length)
            _lengths = new int[items.Length];
        for (int n = 0; n < items.Length; n++)
            _lengths[n] = pieces[items[n]].Count;
        Sequences.Set(_lengths);
        if (_inputs.Shape[0] < Sequences.RowCount)
            (_inputs, _targets) = (Tensor.Zeros(new Shape(Sequences.RowCount, Pitches)), Tensor.Zeros(new Shape(Sequences.RowCount, Pitches)));
        Span<float> inputs = _inputs.Span, targets = _targets.Span;
        inputs.Clear();
        targets.Clear();
        for (int n = 0; n < items.Length; n++)
        {
            IReadOnlyList<int[]> piece = pieces[items[n]];
            for (int t = 0; t < piece.Count; t++)
            {
                int row = Sequences.Row(t, n), next = t + 1 < piece.Count ? Sequences.Row(t + 1, n) : -1;
                foreach (int pitch in piece[t])
                {
                    int column = pitch - MusicPieces.LowestPitch + (moves.IsEmpty ? 0 : moves[n]);
                    targets[(row * Pitches) + column] = 1;
                    if (next >= 0)
                        inputs[(next * Pitches) + column] = 1;
                }
            }
        }
    }
}
