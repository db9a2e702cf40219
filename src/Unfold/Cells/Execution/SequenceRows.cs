namespace Unfold.Cells.Execution;

/// <summary>
/// Where the rows of a batch lie: step t has a row for every sequence that is longer than t, one step's rows behind the other's, with nothing between
/// them. Sequences are in the order of their lengths, the longest first, so that the rows of a step are always the first of the batch.
/// </summary>
internal sealed class SequenceRows
{
    private int[] _first = [0];
    private int[] _previous = [0];
    private int[] _shares = [0];
    private int[] _lengths = [];

    /// <summary>T, the steps of the longest sequence.</summary>
    public int Steps { get; private set; }

    /// <summary>N, the sequences.</summary>
    public int Batch { get; private set; }

    /// <summary>Rows of all steps together.</summary>
    public int Total => _first[Steps];

    /// <summary>Whether every sequence has T steps.</summary>
    public bool IsEven { get; private set; }

    /// <summary>The number of step t's first row among the rows of all steps; T gives their number.</summary>
    public int First(int t) => _first[t];

    /// <summary>Sequences that have a step t; none for T.</summary>
    public int Active(int t) => t < Steps ? _first[t + 1] - _first[t] : 0;

    /// <summary>
    /// The number of the row where the states before step t begin, among the rows of the states of all steps: those before step 0 come first, then those
    /// after step 0, after step 1 and so on.
    /// </summary>
    public int Previous(int t) => _previous[t];

    /// <summary>Rows that the first so many sequences have in the steps from one on and before another.</summary>
    public int RowsIn(int sequences, int start, int end)
    {
        if (IsEven || sequences == 0)
            return sequences * (end - start);
        int whole = Math.Clamp(_lengths[sequences - 1], start, end); // until then they all go on, and afterwards no other does
        return (sequences * (whole - start)) + First(end) - First(whole);
    }

    /// <summary>The sequence with which a part begins, as <see cref="CutShares"/> has cut them; N where the last one ends.</summary>
    public int Share(int part) => _shares[part];

    /// <summary>Cuts the sequences into parts, with about as many of the rows of some steps in each.</summary>
    public void CutShares(int parts, int start, int end)
    {
        if (_shares.Length <= parts)
            _shares = new int[parts + 1];
        for (int part = 0; part <= parts; part++)
            _shares[part] = Cut(part, parts, start, end);
    }

    /// <summary>The sequence with which a part begins where they are cut so.</summary>
    public int Cut(int part, int parts, int start, int end) =>
        IsEven || part == parts ? (int)((long)Batch * part / parts) : FirstWithBefore((long)(First(end) - First(start)) * part / parts, start, end);

    /// <summary>All sequences have the same length.</summary>
    public void Set(int steps, int batch)
    {
        Resize(steps, batch);
        IsEven = true;
        for (int t = 0; t < steps; t++)
            _first[t + 1] = _first[t] + batch;
        SetPrevious();
    }

    /// <summary>Sequences of the given lengths, each at least 1 and none longer than the one before it.</summary>
    public void Set(ReadOnlySpan<int> lengths)
    {
        Resize(lengths[0], lengths.Length);
        IsEven = lengths[^1] == lengths[0];
        Keep(lengths);
        int active = lengths.Length;
        for (int t = 0; t < Steps; t++)
        {
            while (lengths[active - 1] <= t)
                active--;
            _first[t + 1] = _first[t] + active;
        }

        SetPrevious();
    }

    /// <summary>The same rows as another's.</summary>
    public void Set(SequenceRows other)
    {
        Resize(other.Steps, other.Batch);
        IsEven = other.IsEven;
        Array.Copy(other._first, _first, Steps + 1);
        Keep(other._lengths.AsSpan(0, other.IsEven ? 0 : other.Batch));
        SetPrevious();
    }

    /// <summary>The first sequence before which others have at least so many rows of some steps.</summary>
    private int FirstWithBefore(long rows, int start, int end)
    {
        int low = 0, high = Batch;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = RowsIn(middle, start, end) < rows ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private void Keep(ReadOnlySpan<int> lengths)
    {
        if (_lengths.Length < lengths.Length)
            _lengths = new int[lengths.Length];
        lengths.CopyTo(_lengths);
    }

    private void Resize(int steps, int batch)
    {
        (Steps, Batch) = (steps, batch);
        if (_first.Length >= steps + 1)
            return;
        _first = new int[steps + 1];
        _previous = new int[steps + 1];
    }

    private void SetPrevious()
    {
        for (int t = 0; t < Steps; t++)
            _previous[t + 1] = Batch + _first[t];
    }
}
