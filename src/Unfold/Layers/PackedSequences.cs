using Unfold.Cells.Execution;
using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// How the steps of sequences of different lengths lie behind one another as rows <c>[S, C]</c>, without padding: step 0 of every sequence, then step 1 of those that
/// have one, and so on, the longest sequence first within a step. What layers run over.
/// </summary>
/// <remarks>
/// To fill an input, write step t of sequence n into row <see cref="Row"/>(t, n). One may be set again and again without allocating, but not before the tape that has seen it
/// is reset.
/// </remarks>
public sealed class PackedSequences
{
    private int[] _lengths = [], _order = [], _places = [], _padded = [], _sequences = [], _reversed = [], _last = [], _first = [], _ends = [];
    private long[] _keys = [];

    /// <summary>Of no sequences yet: <see cref="Set"/> says which.</summary>
    public PackedSequences()
    {
    }

    /// <summary>Of sequences of the given lengths.</summary>
    /// <param name="lengths">[N]: the steps of each sequence, each 1 or more, in any order.</param>
    /// <exception cref="ArgumentException">There is no sequence, or one has no step.</exception>
    public PackedSequences(ReadOnlySpan<int> lengths) => Set(lengths);

    /// <summary>N, the number of sequences.</summary>
    public int Count => _order.Length;

    /// <summary>T, the steps of the longest sequence.</summary>
    public int Steps => Rows.Steps;

    /// <summary>S, the steps of all sequences together.</summary>
    public int RowCount => Rows.Total;

    /// <summary>For each row the number of its sequence.</summary>
    public ReadOnlySpan<int> SequenceOfRow => _sequences.AsSpan(0, RowCount);

    /// <summary>For each row the row that takes its place when every sequence is read from its own end: step L - 1 - t for step t. Applied twice, nothing has changed.</summary>
    public ReadOnlySpan<int> Reversed => _reversed.AsSpan(0, RowCount);

    /// <summary>For each sequence the row of its last step.</summary>
    public ReadOnlySpan<int> LastRows => _last;

    /// <summary>For each sequence the row of its first step.</summary>
    public ReadOnlySpan<int> FirstRows => _first;

    /// <summary>Of rows cut into two halves, twice as many rows: for each sequence the first half of its last step and the second half of its first.</summary>
    internal ReadOnlySpan<int> HalfEnds => _ends;

    /// <summary>How the rows lie.</summary>
    internal SequenceRows Rows { get; } = new();

    /// <summary>For each place within a step the number of its sequence.</summary>
    internal int[] Order => _order;

    /// <summary>For each row its row t · N + n in a padded batch [T, N, C].</summary>
    internal int[] Padded => _padded;

    /// <summary>The steps of a sequence.</summary>
    /// <param name="sequence">Its number, 0 to N - 1.</param>
    public int Length(int sequence) => _lengths[_places[sequence]];

    /// <summary>The row where a step of a sequence lies.</summary>
    /// <param name="step">0 to the sequence's length - 1.</param>
    /// <param name="sequence">The sequence's number, 0 to N - 1.</param>
    public int Row(int step, int sequence) => Rows.First(step) + _places[sequence];

    /// <summary>Lays out sequences of the given lengths.</summary>
    /// <param name="lengths">[N]: the steps of each sequence, each 1 or more, in any order.</param>
    /// <exception cref="ArgumentException">There is no sequence, or one has no step.</exception>
    public void Set(ReadOnlySpan<int> lengths)
    {
        int batch = lengths.Length;
        if (batch == 0)
            throw new ArgumentException("PackedSequences expects one sequence or more, but got none.");
        if (_order.Length != batch)
        {
            (_order, _lengths, _places, _keys) = (new int[batch], new int[batch], new int[batch], new long[batch]);
            (_last, _first, _ends) = (new int[batch], new int[batch], new int[2 * batch]);
        }

        // By length and then by number, so that the same batch is always laid out in the same way.
        for (int n = 0; n < batch; n++)
        {
            if (lengths[n] < 1)
                throw new ArgumentException($"PackedSequences expects sequences of 1 step or more, but sequence {n} has {lengths[n]}.\n  Leave sequences without a step out of the batch.");
            _keys[n] = ((long)(int.MaxValue - lengths[n]) << 32) | (uint)n;
        }

        Array.Sort(_keys);
        for (int place = 0; place < batch; place++)
        {
            int sequence = (int)(uint)_keys[place];
            (_order[place], _places[sequence], _lengths[place]) = (sequence, place, lengths[sequence]);
        }

        Rows.Set(_lengths);
        SetRows();
    }

    /// <summary>A state [N, ..] in the packed order, from one in the order of the batch or the other way round.</summary>
    internal unsafe void CopyState(Tensor from, Tensor to, bool toPacked)
    {
        int width = from.Shape.Length / Count;
        for (int place = 0; place < Count; place++)
        {
            nint packed = (nint)place * width, batch = (nint)_order[place] * width;
            Elementwise.Copy(from.Pointer + (toPacked ? batch : packed), to.Pointer + (toPacked ? packed : batch), width);
        }
    }

    private void SetRows()
    {
        int rows = Rows.Total;
        if (_padded.Length < rows)
            (_padded, _sequences, _reversed) = (new int[rows], new int[rows], new int[rows]);
        for (int t = 0, row = 0; t < Rows.Steps; t++)
        {
            for (int place = 0; place < Rows.Active(t); place++, row++)
            {
                (_padded[row], _sequences[row]) = ((t * Count) + _order[place], _order[place]);
                _reversed[row] = Rows.First(_lengths[place] - 1 - t) + place;
            }
        }

        for (int n = 0; n < Count; n++)
        {
            (_last[n], _first[n]) = (Row(Length(n) - 1, n), _places[n]);
            (_ends[2 * n], _ends[(2 * n) + 1]) = (2 * _last[n], (2 * _first[n]) + 1);
        }
    }
}
