using Unfold.Cells.Execution;
using Unfold.Kernels.Elementwise;
using Unfold.Tensors;

namespace Unfold.Layers;

/// <summary>
/// Which rows of a padded batch [T, N, C] are steps of a sequence, in the order in which layers run them: the longest sequence first, and no padding. One of
/// it is a tape's until its reset.
/// </summary>
internal sealed class PackedSequences
{
    private int[] _lengths = [], _order = [], _padded = [];

    /// <summary>How the packed rows lie.</summary>
    public SequenceRows Rows { get; } = new();

    /// <summary>For each place of the order the number of its sequence in the batch.</summary>
    public int[] Order => _order;

    /// <summary>For each packed row its row t · N + n in the padded batch.</summary>
    public int[] Padded => _padded;

    /// <summary>Sorts sequences of the given lengths.</summary>
    public void Set(ReadOnlySpan<int> lengths)
    {
        int batch = lengths.Length;
        if (_order.Length != batch)
            (_order, _lengths) = (new int[batch], new int[batch]);
        for (int n = 0; n < batch; n++)
            (_order[n], _lengths[n]) = (n, -lengths[n]);
        SortStably(_lengths, _order);
        for (int n = 0; n < batch; n++)
            _lengths[n] = -_lengths[n];
        Rows.Set(_lengths);
        if (_padded.Length < Rows.Total)
            _padded = new int[Rows.Total];
        for (int t = 0, row = 0; t < Rows.Steps; t++)
        {
            for (int n = 0; n < Rows.Active(t); n++)
                _padded[row++] = t * batch + _order[n];
        }
    }

    /// <summary>By keys from the least; equal ones keep their order, so that the same batch is always sorted in the same way.</summary>
    private static void SortStably(int[] keys, int[] items)
    {
        for (int i = 1; i < keys.Length; i++)
        {
            (int key, int item) = (keys[i], items[i]);
            int j = i;
            for (; j > 0 && keys[j - 1] > key; j--)
                (keys[j], items[j]) = (keys[j - 1], items[j - 1]);
            (keys[j], items[j]) = (key, item);
        }
    }

    /// <summary>A state [N, S] in the packed order, from one in the order of the batch or the other way round.</summary>
    public unsafe void CopyState(Tensor from, Tensor to, bool toPacked)
    {
        int width = from.Shape.Last;
        for (int place = 0; place < _order.Length; place++)
        {
            nint packed = (nint)place * width, batch = (nint)_order[place] * width;
            Elementwise.Copy(from.Pointer + (toPacked ? batch : packed), to.Pointer + (toPacked ? packed : batch), width);
        }
    }
}
