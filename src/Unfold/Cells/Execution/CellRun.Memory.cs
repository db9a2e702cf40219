using System.Runtime.InteropServices;
using Unfold.Autodiff;
using Unfold.Cells.Schedule;
using Unfold.Kernels.Gemm;
using Unfold.Tensors;

namespace Unfold.Cells.Execution;

/// <content>The memory of a run.</content>
internal sealed unsafe partial class CellRun
{
    /// <summary>Floats that a chunk keeps where they are used once: 2 MiB, about what two cores' own caches hold.</summary>
    private const long ChunkFloats = 1 << 19;

    /// <summary>Floats that a chunk of training keeps at least: 6 MiB.</summary>
    private const long TrainingChunkFloats = 3 << 19;

    /// <summary>
    /// Floats that a chunk of training keeps for each weight of a step: the gradients of the weights pass through memory once a chunk, and that must stay a
    /// small part of the work.
    /// </summary>
    private const long ChunkFloatsPerWeight = 3;

    /// <summary>Floats of packed weights up to which each thread packs its own: 512 KiB, half of what a core's own cache has.</summary>
    private const long MostPackedApart = 1 << 17;

    private SlotAddress[] _addresses = [];
    private Tensor[] _initial = [], _states = [], _finals = [], _saved = [], _kept = [], _temporaries = [], _maskTensors = [], _sums = [], _carries = [];
    private Tensor _output, _vectors, _scratch;
    private nint _scratchLength;
    private bool _packsApart; // whether each thread packs all weights for itself, rather than read what another has packed
    private int[] _previousRows = [], _chunkPreviousRows = []; // see ListPreviousRows
    private int[] _halfRows = [], _halfPreviousRows = [], _halfChunkPreviousRows = []; // see ListHalves

    /// <summary>How the memory row of a slot follows from the step.</summary>
    private enum Place
    {
        Fixed,
        Own,
        Step,
        Kept,
        Previous,
        Next,
        ChunkPrevious,
        ChunkNext,
        Incoming,
        Outgoing,
    }

    /// <summary>Whether states other than the output, and what products give, are kept for one chunk alone.</summary>
    private bool IsChunked => _mode != RunMode.Train;

    /// <summary>Whether each thread has sequences of its own, and other ones in every chunk: those that have ended leave it with less to do than another.</summary>
    private bool IsSharedAnew => !_rows.IsEven && _partition is { ByUnits: false, Parts: > 1 };

    private int Chunks => _chunkSteps == 0 ? 0 : (_rows.Steps + _chunkSteps - 1) / _chunkSteps;

    /// <summary>The first step of a chunk; T for the end of the last.</summary>
    private int StartOf(int chunk) => Math.Min(_rows.Steps, chunk * _chunkSteps);

    private int KeptRows => IsChunked ? _chunkRows : _rows.Total;

    /// <summary>Steps of a chunk. Does not depend on the number of threads, since sums over rows are cut at chunks.</summary>
    private void ChooseChunks()
    {
        int steps = _rows.Steps;
        (_chunkSteps, _chunkRows) = (0, 0);
        if (steps == 0)
            return;
        long floats = _mode == RunMode.Infer ? ChunkFloats : Math.Max(TrainingChunkFloats, ChunkFloatsPerWeight * _plan.LoopWeights);
        long rows = Math.Max(Gemm.KBlock / 2, floats / _plan.RowFloats);
        int most = StepsOfChunk ?? (int)Math.Clamp(rows / Math.Max(1, _rows.Batch), 1, steps);
        int chunks = (steps + most - 1) / most;
        _chunkSteps = (steps + chunks - 1) / chunks;
        for (int t = 0; t < steps; t += _chunkSteps)
            _chunkRows = Math.Max(_chunkRows, _rows.First(Math.Min(steps, t + _chunkSteps)) - _rows.First(t));
    }

    private void Rent(Tape tape)
    {
        CellSchedule schedule = _plan.Schedule;
        int batch = _rows.Batch;
        Resize(ref _states, schedule.StateWidths.Count);
        Resize(ref _saved, _states.Length);
        for (int i = 0; i < _states.Length; i++)
        {
            int width = schedule.StateWidths[i];
            bool chunked = IsChunkedState(i);
            _states[i] = tape.Rent(new Shape(batch + (chunked ? _chunkRows : _rows.Total), width));
            _saved[i] = chunked && _mode == RunMode.Recompute ? tape.Rent(new Shape(Chunks, batch, width)) : default;
        }

        Resize(ref _kept, schedule.KeptGroups.Count);
        for (int i = 0; i < _kept.Length; i++)
            _kept[i] = tape.Rent(new Shape(schedule.KeptGroups[i].Blocks, KeptRows, schedule.KeptGroups[i].Width));
        Resize(ref _temporaries, schedule.TemporaryWidths.Count);
        for (int i = 0; i < _temporaries.Length; i++)
            _temporaries[i] = tape.Rent(new Shape(OwnRows, schedule.TemporaryWidths[i]));
        Resize(ref _maskTensors, schedule.Masks.Count);
        for (int i = 0; i < _maskTensors.Length; i++)
            _maskTensors[i] = tape.Rent(new Shape(batch, schedule.Masks[i].Width));
        _output = schedule.OutputState < 0
            ? tape.Rent(new Shape(_rows.Total, schedule.OutputWidth))
            : tape.Alias(_states[schedule.OutputState].Slice(batch, _rows.Total));
        _packsApart = !_packed.HasValue && !_partition.ByUnits && _layout.Length <= MostPackedApart;
        if (!_packed.HasValue)
            _packed = tape.Rent(new Shape(_packsApart ? _partition.Parts : 1, checked((int)_layout.Length)));
        _vectors = tape.Rent(new Shape(_partition.Parts, schedule.Vectors.Count, _plan.VectorLength));
        _scratchLength = CellPlan.Align(_plan.ScratchLength) + CellPlan.Align(Gemm.WorkspaceLength(_plan.Depth));
        _scratch = tape.Rent(new Shape(_partition.Parts, checked((int)_scratchLength))); // not the team's size, which may have changed since
        if (!_rows.IsEven)
            ListPreviousRows();
    }

    /// <summary>Where sequences end at different steps, the states before a step do not lie one behind the other: for each row, where they do.</summary>
    private void ListPreviousRows()
    {
        Fit(ref _previousRows);
        Fit(ref _chunkPreviousRows);
        for (int t = 0; t < _rows.Steps; t++)
        {
            int previous = _rows.Previous(t), inChunk = ChunkPrevious(t, t / _chunkSteps * _chunkSteps);
            for (int row = 0; row < _rows.Active(t); row++)
            {
                _previousRows[_rows.First(t) + row] = previous + row;
                _chunkPreviousRows[_rows.First(t) + row] = inChunk + row;
            }
        }
    }

    /// <summary>The rows of each chunk, those of one half of the sequences after those of the other, and where the states before them lie.</summary>
    private void ListHalves()
    {
        Fit(ref _halfRows);
        Fit(ref _halfPreviousRows);
        Fit(ref _halfChunkPreviousRows);
        for (int start = 0, at = 0; start < _rows.Steps; start += _chunkSteps)
        {
            int end = Math.Min(_rows.Steps, start + _chunkSteps);
            for (int half = 0; half < 2; half++)
            {
                int first = _rows.Cut(half, 2, start, end), last = _rows.Cut(half + 1, 2, start, end);
                for (int t = start; t < end; t++)
                {
                    for (int row = _rows.First(t) + first; row < _rows.First(t) + Math.Min(last, _rows.Active(t)); row++, at++)
                        (_halfRows[at], _halfPreviousRows[at], _halfChunkPreviousRows[at]) = (row, _previousRows[row], _chunkPreviousRows[row]);
                }
            }
        }
    }

    private void Fit(ref int[] list)
    {
        if (list.Length < _rows.Total)
            list = GC.AllocateUninitializedArray<int>(_rows.Total, pinned: true);
    }

    private static void Resize(ref Tensor[] tensors, int count)
    {
        if (tensors.Length != count)
            tensors = new Tensor[count];
    }

    /// <summary>Finds every slot's memory.</summary>
    private void Address(Tensor outputGradient, Tensor inputGradient)
    {
        if (_addresses.Length != _plan.Slots.Length)
            _addresses = new SlotAddress[_plan.Slots.Length];
        for (int i = 0; i < _addresses.Length; i++)
            _addresses[i] = AddressOf(_plan.Slots[i], outputGradient, inputGradient);
    }

    private SlotAddress AddressOf(Slot slot, Tensor outputGradient, Tensor inputGradient)
    {
        switch (slot.Space)
        {
            case SlotSpace.Input:
                return In(_x, Place.Step);
            case SlotSpace.StatePrevious:
                return In(_states[slot.Index], IsChunkedState(slot.Index) ? Place.ChunkPrevious : Place.Previous);
            case SlotSpace.StateNext:
                return In(_states[slot.Index], IsChunkedState(slot.Index) ? Place.ChunkNext : Place.Next);
            case SlotSpace.Output:
                return In(_output, Place.Step);
            case SlotSpace.Kept:
                nint block = (nint)KeptRows * slot.Width;
                return new SlotAddress((nint)(_kept[slot.Group].Pointer + slot.Index * block), Place.Kept, slot.Width, block);
            case SlotSpace.Temporary:
                return In(_temporaries[slot.Index], Place.Own);
            case SlotSpace.Mask:
                return In(_maskTensors[slot.Index], Place.Fixed);
            case SlotSpace.OutputGradient:
                return In(outputGradient, Place.Step);
            case SlotSpace.InputGradient:
                return In(inputGradient, Place.Step);
            case SlotSpace.CarryIncoming:
                return outputGradient.HasValue ? In(_carries[slot.Index], Place.Incoming) : default;
            case SlotSpace.CarryOutgoing:
                return outputGradient.HasValue ? In(_carries[slot.Index], Place.Outgoing) : default;
            case SlotSpace.ParameterGradient:
                return outputGradient.HasValue ? In(_sums[slot.Index], Place.Own) : default;
            default:
                throw new InvalidOperationException($"No memory for {slot}.");
        }

        SlotAddress In(Tensor tensor, Place place) => tensor.HasValue ? new SlotAddress((nint)tensor.Pointer, place, slot.Width, 0) : default;
    }

    private bool IsChunkedState(int state) => IsChunked && state != _plan.Schedule.OutputState;

    /// <summary>The memory row at which a step's rows begin; where threads keep what is theirs apart, for the sequences from first to end.</summary>
    private nint RowOf(Place place, int t, int chunkStart, int first, int end) => place switch
    {
        Place.Fixed => 0,
        Place.Own => _ownsApart ? first : 0,
        Place.Step => _rows.First(t),
        Place.Kept when _keepsApart => KeptRow(t, chunkStart, first, end),
        Place.Kept => _rows.First(t) - (IsChunked ? _rows.First(chunkStart) : 0),
        Place.Previous => _rows.Previous(t),
        Place.Next => _rows.Previous(t + 1),
        Place.ChunkPrevious => ChunkPrevious(t, chunkStart),
        Place.ChunkNext => ChunkPrevious(t + 1, chunkStart),
        Place.Incoming => CarryRow(t + 1, first, end),
        _ => t == 0 ? 0 : CarryRow(t, first, end),
    };

    /// <summary>The memory row of a step's row 0, which lies where that of sequence 0 would be if it were of the same thread or half.</summary>
    private nint KeptRow(int t, int chunkStart, int first, int end)
    {
        if (_keepsHalvesApart)
            (first, end) = SequencesOf(first < _halfCuts[1] ? 0 : 1);
        return ApartRow(t, chunkStart, first, end) - Math.Min(first, _rows.Active(t)) - (IsChunked ? _rows.First(chunkStart) : 0);
    }

    /// <summary>Where the rows of some sequences begin at a step if in each chunk those of one part lie behind those of another.</summary>
    private int ApartRow(int t, int chunkStart, int first, int end)
    {
        // In the memory of one chunk, threads that do not wait for each other in between keep their places for all chunks, the last and shorter one too.
        int chunkEnd = chunkStart + _chunkSteps;
        if (!(IsChunked && _rows.IsEven))
            chunkEnd = Math.Min(_rows.Steps, chunkEnd);
        return _rows.First(chunkStart) + _rows.RowsIn(first, chunkStart, chunkEnd) + _rows.RowsIn(end, chunkStart, t) - _rows.RowsIn(first, chunkStart, t);
    }

    /// <summary>Rows of what exists for one step: threads that have what is theirs apart leave as many free behind their own.</summary>
    private int OwnRows => _ownsApart ? 2 * _rows.Batch : _rows.Batch;

    /// <summary>Rows of what a step hands to the one before: by turns in two places, and from the first step in a place of its own, where it stays.</summary>
    private int CarryRows => _rows.Batch + (2 * OwnRows);

    private nint CarryRow(int t, int first, int end) =>
        _rows.Batch + (_ownsApart ? 3 * (nint)first + (t & 1) * (end - first) : (t & 1) * _rows.Batch);

    /// <summary>Where the states before step t begin in the memory of the chunk that starts at a step; for t = its end, those after its last step.</summary>
    private int ChunkPrevious(int t, int chunkStart) =>
        t == chunkStart ? 0 : _rows.Active(chunkStart) + _rows.First(t - 1) - _rows.First(chunkStart);

    /// <summary>Slots side by side as one matrix, whose rows are those of one step.</summary>
    private MatrixView StepView(float* start, SlotBlock block) =>
        new(start, int.MaxValue, 0, block.Width, BlockColumns(block), _addresses[block.First].Block);

    /// <summary>Slots side by side as one matrix, whose rows are those of a chunk's steps.</summary>
    private MatrixView ChunkView(SlotBlock block, int start)
    {
        SlotAddress address = _addresses[block.First];
        int[]? listed = _rows.IsEven ? null : address.Place switch
        {
            Place.Previous => _previousRows,
            Place.ChunkPrevious => _chunkPreviousRows,
            _ => null,
        };
        return listed is null
            ? new MatrixView(address.Row(RowOf(address.Place, start, start, 0, _rows.Batch)), int.MaxValue, 0, address.Width, BlockColumns(block), address.Block)
            : MatrixView.Listed((float*)address.Start, (int*)Marshal.UnsafeAddrOfPinnedArrayElement(listed, _rows.First(start)), address.Width);
    }

    /// <summary>The same for the rows of one half of the sequences, from a step of the chunk on, in the order of <see cref="ListHalves"/>.</summary>
    private MatrixView HalfView(SlotBlock block, int chunkStart, int t, int first, int end)
    {
        SlotAddress address = _addresses[block.First];
        int at = ApartRow(t, chunkStart, first, end), chunkRow = IsChunked ? _rows.First(chunkStart) : 0;
        if (address.Place == Place.Kept && _keepsApart)
            return new MatrixView(address.Row(at - chunkRow), int.MaxValue, 0, address.Width, BlockColumns(block), address.Block);
        (int[] rows, nint shift) = address.Place switch
        {
            Place.Previous => (_halfPreviousRows, 0),
            Place.ChunkPrevious => (_halfChunkPreviousRows, 0),
            Place.Next => (_halfRows, _rows.Batch),
            Place.ChunkNext => (_halfRows, _rows.Active(chunkStart) - _rows.First(chunkStart)),
            Place.Kept => (_halfRows, -chunkRow),
            _ => (_halfRows, 0),
        };
        return new MatrixView(
            address.Row(shift), int.MaxValue, 0, address.Width, BlockColumns(block), address.Block, (int*)Marshal.UnsafeAddrOfPinnedArrayElement(rows, at));
    }

    /// <summary>The same for the rows of some sequences, from a step of the chunk on, where all have the same length.</summary>
    private MatrixView SequencesView(SlotBlock block, int chunkStart, int t, int first, int end)
    {
        SlotAddress address = _addresses[block.First];
        bool apart = _keepsApart && address.Place == Place.Kept;
        return new MatrixView(
            address.Row(RowOf(address.Place, t, chunkStart, first, end) + first), apart ? int.MaxValue : end - first, (nint)_rows.Batch * address.Width,
            address.Width, BlockColumns(block), address.Block);
    }

    private static int BlockColumns(SlotBlock block) => block.Count == 1 ? int.MaxValue : block.Width;

    /// <summary>Where a slot lies: row 0 of a step is at <c>Start + row(Place, step) · Width</c>; slots side by side are Block floats apart.</summary>
    private readonly record struct SlotAddress(nint Start, Place Place, int Width, nint Block)
    {
        public float* Row(nint row) => (float*)Start + row * Width;
    }
}
