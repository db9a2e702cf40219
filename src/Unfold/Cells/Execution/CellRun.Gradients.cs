using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Cells.Schedule;
using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Gemm;
using Unfold.Kernels.Threading;
using Unfold.Tensors;
using K = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Cells.Execution;

/// <content>
/// The gradients of weights, and of the vectors beside them: sums over all rows. Runs whose rows two threads would share make two sums of each, one for
/// either half of the sequences, and add them at the end: these threads then never read what the other has written. Whether there are two sums does not
/// depend on the number of threads, and so no bit of a result does.
/// </content>
internal sealed unsafe partial class CellRun
{
    /// <summary>Products of one gradient that are made together.</summary>
    private const int MostTargets = 8;

    /// <summary>Floats of gradients beyond which a second sum of each costs more than it gives.</summary>
    private const long MostSecondSums = 1 << 22;

    /// <summary>Floats of gradients below which one thread adds the second sums.</summary>
    private const long WorthSharing = 1 << 15;

    private readonly int[] _halfCuts = new int[3]; // with which sequence each half begins in the chunk at hand
    private int _halves = 1;
    private bool _sumsInRun; // whether each thread sums up its own half as it goes back through time
    private bool _keepsApart; // whether what is kept of a thread's sequences lies together, so that processors do not fetch ahead what is another's
    private bool _keepsHalvesApart; // whether, for sums of halves whose rows follow no rule, all that is kept of a half lies together, and no thread has sequences of both
    private bool _ownsApart; // whether the same holds for what exists for one step
    private Tensor _secondSums, _room;

    /// <summary>Chooses how many sums are made, and by whom.</summary>
    private void ChooseSums()
    {
        bool inHalves = Partition.Choose(_plan, _rows, packs: true, threads: 2) is { ByUnits: false, Parts: 2 };
        _halves = inHalves && _plan.GradientLength <= MostSecondSums ? 2 : 1;
        _sumsInRun = _halves == 2 && _partition is { ByUnits: false, Parts: 2 };
        _keepsHalvesApart = _halves == 2 && !_rows.IsEven && !_partition.ByUnits && _partition.Parts % 2 == 0;
        _keepsApart = _partition is { ByUnits: false, Parts: > 1 } && (_sumsInRun || _keepsHalvesApart || _mode == RunMode.Infer);
        _ownsApart = _keepsApart && _rows.IsEven; // else a sequence passes from thread to thread, with what it has summed
    }

    /// <summary>Gets the sums' memory, and lists their rows where these follow no rule.</summary>
    private void RentSums(Tape tape)
    {
        if (_halves == 2)
            _secondSums = tape.Rent(new Shape(checked((int)_plan.GradientLength)));
        if (_halves == 2 && !_rows.IsEven)
            ListHalves();
        if (!_sumsInRun)
            return;
        int rows = _rows.IsEven ? (_rows.Batch + 1) / 2 * PieceSteps : Math.Max(Gemm.KBlock, 2 * _rows.Batch); // the most that a piece has
        nint packed = 0;
        foreach (PlannedWeightGradient planned in _plan.WeightGradients)
        {
            nint length = 0;
            foreach (PlannedOperand operand in planned.Operands)
                length += Gemm.PackedLength(rows, operand.Operand.Slot.Width);
            packed = Math.Max(packed, length);
        }

        _room = tape.Rent(new Shape(2, checked((int)CellPlan.Align(Gemm.WorkspaceLength(rows) + packed))));
    }

    /// <summary>Steps whose rows of one half are summed at once: a block of products.</summary>
    private int PieceSteps => Math.Max(1, Gemm.KBlock / ((_rows.Batch + 1) / 2));

    /// <summary>dW += dᵀ v, and db += the sum of d, over the rows of a chunk, on the team.</summary>
    private void AddGradients(int start, int end)
    {
        long started = RunProfile.Now(_profile);
        for (int half = 0; half < _halves; half++)
            AddGradients(half, start, end, null);
        for (int thread = 0; _profile is not null && thread < Team.Shared.Size; thread++)
            _profile.Add(thread, Activity.WeightGradients, started);
    }

    /// <summary>The same over the thread's own half of the sequences.</summary>
    private void AddGradients(in Share share, int start, int end)
    {
        long started = RunProfile.Now(_profile);
        AddGradients(share.Part, start, end, _room.Slice(share.Part, 1).Pointer);
        _profile?.Add(share.Part, Activity.WeightGradients, started);
    }

    private void AddGradients(int half, int start, int end, float* room)
    {
        int pieces = PiecesOf(half, start, end);
        for (int i = 0; i < pieces; i++)
        {
            var piece = new Piece(half, start, CutPiece(half, start, end, i, pieces), CutPiece(half, start, end, i + 1, pieces));
            bool accumulate = half == 0 || end < _rows.Steps || i > 0;
            foreach (PlannedWeightGradient planned in _plan.WeightGradients)
                AddWeightGradients(planned, in piece, accumulate, room);
            foreach (PlannedVectorGradient planned in _plan.BiasGradients)
                AddBiasGradient(planned, in piece, accumulate, room);
        }

        if (start == 0)
            AddSums(half);
    }

    /// <summary>How many blocks of products the rows of a half in a chunk are.</summary>
    private int PiecesOf(int half, int start, int end)
    {
        if (_halves == 1)
            return 1;
        if (_rows.IsEven)
            return (end - start + PieceSteps - 1) / PieceSteps;
        // Cut where a step ends, a piece has up to a step's rows more than the others, and no later step has more than the first.
        int most = RowsOf(half, start, start + 1), whole = Math.Max(most, Gemm.KBlock - most);
        return Math.Max(1, (RowsOf(half, start, end) + whole - 1) / whole);
    }

    /// <summary>The step with which a piece begins: of as many steps as the others, or of about as many rows.</summary>
    private int CutPiece(int half, int start, int end, int piece, int pieces)
    {
        if (_halves == 1 || _rows.IsEven || piece == pieces)
            return start + (int)((long)(end - start) * piece / pieces);
        long before = (long)RowsOf(half, start, end) * piece / pieces;
        int t = start;
        while (RowsOf(half, start, t) < before)
            t++;
        return t;
    }

    /// <summary>Rows of a half in some steps.</summary>
    private int RowsOf(int half, int start, int end)
    {
        (int first, int last) = SequencesOf(half);
        return _rows.RowsIn(last, start, end) - _rows.RowsIn(first, start, end);
    }

    /// <summary>What the sequences of one half have summed over time.</summary>
    private void AddSums(int half)
    {
        (int first, int end) = SequencesOf(half);
        for (int i = 0; i < _sums.Length; i++)
        {
            PlannedVectorGradient planned = _plan.SummedGradients[i];
            ColumnSums.Add(StateView(_sums[i], first + RowOf(Place.Own, 0, 0, first, end)), end - first, 0, planned.Width, VectorTarget(planned, half), accumulate: half == 0);
        }
    }

    private void AddWeightGradients(PlannedWeightGradient planned, in Piece piece, bool accumulate, float* room)
    {
        SlotBlock gradient = planned.Gradient;
        MatrixView gradients = RowsOf(gradient, in piece);
        int rows = CountOf(in piece);
        Span<ProductTarget> targets = stackalloc ProductTarget[MostTargets];
        int count = 0;
        foreach (PlannedOperand operand in planned.Operands)
        {
            IReadOnlyList<WeightReference> weights = operand.Operand.Weights;
            int width = operand.Operand.Slot.Width;
            MatrixView view = RowsOf(new SlotBlock(operand.Slot, 1, width, width), in piece);
            MatrixView? target = piece.Half == 1
                ? MatrixView.RowMajor(_secondSums.Pointer + operand.Offset, width)
                : WeightPacking.Stack(weights, _parameters, gradients: true);
            if (target is MatrixView stacked)
            {
                if (count == MostTargets)
                {
                    Multiply(gradients, targets, gradient.Total, rows, accumulate, room);
                    count = 0;
                }

                targets[count++] = new ProductTarget(view, false, width, stacked, null);
                continue;
            }

            for (int i = 0; i < weights.Count; i++)
            {
                var single = new ProductTarget(view, false, width, WeightPacking.Single(weights[i], _parameters, gradients: true), null);
                Multiply(gradients.Columns(i * gradient.Width), new ReadOnlySpan<ProductTarget>(in single), gradient.Width, rows, accumulate, room);
            }
        }

        Multiply(gradients, targets[..count], gradient.Total, rows, accumulate, room);
    }

    /// <summary>On the team, or by the calling thread where it has room of its own.</summary>
    private static void Multiply(MatrixView a, ReadOnlySpan<ProductTarget> targets, int m, int k, bool accumulate, float* room)
    {
        if (room == null)
            Gemm.MultiplyParallel(a, true, targets, m, k, accumulate);
        else
            Gemm.Multiply(a, true, targets, m, k, accumulate, room);
    }

    private void AddBiasGradient(PlannedVectorGradient planned, in Piece piece, bool accumulate, float* room)
    {
        MatrixView gradients = RowsOf(new SlotBlock(planned.Slot, 1, planned.Width, planned.Width), in piece);
        float* target = VectorTarget(planned, piece.Half);
        if (room == null)
            ColumnSumJob.Add(gradients, CountOf(in piece), planned.Width, target, accumulate);
        else
            ColumnSums.Add(gradients, CountOf(in piece), 0, planned.Width, target, accumulate);
    }

    private float* VectorTarget(PlannedVectorGradient planned, int half) =>
        half == 1 ? _secondSums.Pointer + planned.Offset : _parameters[planned.Parameter].Gradient.Pointer;

    private int CountOf(in Piece piece) => RowsOf(piece.Half, piece.Start, piece.End);

    private MatrixView RowsOf(SlotBlock block, in Piece piece)
    {
        (int first, int end) = SequencesOf(piece.Half);
        return _halves == 1 ? ChunkView(block, piece.Start)
            : _rows.IsEven ? SequencesView(block, piece.ChunkStart, piece.Start, first, end)
            : HalfView(block, piece.ChunkStart, piece.Start, first, end);
    }

    private (int First, int End) SequencesOf(int half) => _halves == 1 ? (0, _rows.Batch) : (_halfCuts[half], _halfCuts[half + 1]);

    /// <summary>Cuts the sequences into halves, each with about as many of the rows of a chunk.</summary>
    private void CutHalves(int start, int end)
    {
        for (int half = 0; half <= 2; half++)
            _halfCuts[half] = _rows.Cut(half, 2, start, end);
    }

    private void AddSecondHalf()
    {
        if (_halves == 1)
            return;
        if (_plan.GradientLength < WorthSharing)
            AddSecondHalf(0, 1);
        else
            Start(Work.SecondHalf, 0, 1);
    }

    /// <summary>Adds a part of the second sums to the gradients.</summary>
    private void AddSecondHalf(int part, int parts)
    {
        foreach (PlannedWeightGradient planned in _plan.WeightGradients)
        {
            foreach (PlannedOperand operand in planned.Operands)
            {
                int width = operand.Operand.Slot.Width, height = planned.Gradient.Width;
                for (int i = 0; i < operand.Operand.Weights.Count; i++)
                {
                    MatrixView target = WeightPacking.Single(operand.Operand.Weights[i], _parameters, gradients: true);
                    for (int row = height * part / parts; row < height * (part + 1) / parts; row++)
                        K.Accumulate(_secondSums.Pointer + operand.Offset + ((nint)i * height + row) * width, target.Row(row), width);
                }
            }
        }

        if (part > 0)
            return;
        foreach (PlannedVectorGradient planned in _plan.BiasGradients)
            K.Accumulate(VectorTarget(planned, 1), VectorTarget(planned, 0), planned.Width);
        foreach (PlannedVectorGradient planned in _plan.SummedGradients)
            K.Accumulate(VectorTarget(planned, 1), VectorTarget(planned, 0), planned.Width);
    }

    /// <summary>Some steps of a chunk, of which one half of the sequences is meant.</summary>
    private readonly record struct Piece(int Half, int ChunkStart, int Start, int End);
}
