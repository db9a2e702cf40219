using Unfold.Cells.Schedule;
using Unfold.Kernels.Gemm;
using Unfold.Tensors;
using K = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Cells.Execution;

/// <content>
/// States and sums where a run or a chunk begins or ends. Each thread copies those that it reads and writes itself, so that none of them passes from core to core.
/// </content>
internal sealed unsafe partial class CellRun
{
    /// <summary>Fills the thread's copy of the vectors, and those of threads that are not there now.</summary>
    private void FillVectors(in Share share)
    {
        for (int part = share.Part; part < _partition.Parts; part += share.Count)
            FillVectors(VectorsOf(part));
    }

    /// <summary>Each vector is repeated as often as a tile has rows.</summary>
    private void FillVectors(float* vectors)
    {
        int length = _plan.VectorLength;
        for (int i = 0; i < _plan.Schedule.Vectors.Count; i++)
        {
            (int width, int parameter, float number, Instruction? made) = _plan.Schedule.Vectors[i];
            var target = new Span<float>(vectors + (nint)i * length, length);
            if (made is Instruction instruction)
                ProgramRunner.MakeVector(in instruction, vectors, length, i, width);
            else if (parameter >= 0)
                _parameters[parameter].Value.Values.CopyTo(target);
            else
                target[..width].Fill(number);
            for (int filled = width; filled < length; filled *= 2)
                target[..Math.Min(filled, length - filled)].CopyTo(target[filled..]);
        }
    }

    private float* VectorsOf(int part) => _vectors.Slice(part, 1).Pointer;

    /// <summary>Brings the initial states to where the first step reads them.</summary>
    private void BeginStates(in Share share)
    {
        for (int i = 0; i < _states.Length; i++)
            CopyState(in share, i, Begin(i), StateView(_states[i], 0), 0, _rows.Batch);
    }

    /// <summary>The initial state of each sequence.</summary>
    private MatrixView Begin(int state) => MatrixView.RowMajor(_initial[state].Pointer, _initial[state].Shape[0] == 1 ? 0 : _plan.Schedule.StateWidths[state]);

    /// <summary>Brings the states after the last step of a chunk to where the next begins.</summary>
    private void CarryStates(in Share share, int start, int end)
    {
        for (int i = 0; i < _states.Length; i++)
        {
            if (IsChunkedState(i))
                CopyState(in share, i, StateView(_states[i], ChunkPrevious(end, start)), StateView(_states[i], 0), 0, _rows.Active(end));
        }
    }

    /// <summary>Keeps the states before a chunk, from which its steps can be made again.</summary>
    private void SaveStates(in Share share, int start)
    {
        for (int i = 0; i < _states.Length; i++)
        {
            if (IsChunkedState(i))
                CopyState(in share, i, StateView(_states[i], 0), SavedView(i, start), 0, _rows.Active(start));
        }
    }

    /// <summary>Brings the states before the chunk that is to be made again to where it begins.</summary>
    private void RestoreStates(in Share share)
    {
        for (int i = 0; i < _states.Length; i++)
        {
            if (IsChunkedState(i))
                CopyState(in share, i, SavedView(i, _workStart), StateView(_states[i], 0), 0, _rows.Active(_workStart));
        }
    }

    /// <summary>The sequences that end with step t have their last states.</summary>
    private void KeepFinals(in Share share, int t, int chunkStart)
    {
        for (int i = 0; i < _states.Length; i++)
        {
            nint next = RowOf(IsChunkedState(i) ? Place.ChunkNext : Place.Next, t, chunkStart, 0, 0);
            CopyState(in share, i, StateView(_states[i], next), StateView(_finals[i], 0), _rows.Active(t + 1), _rows.Active(t));
        }
    }

    /// <summary>Without a step, states end as they begin.</summary>
    private void EndAtOnce()
    {
        for (int i = 0; i < _finals.Length; i++)
            CopyRows(Begin(i), StateView(_finals[i], 0), 0, _rows.Batch, 0, _plan.Schedule.StateWidths[i]);
    }

    /// <summary>And so does their gradient.</summary>
    private void PassGradientsAtOnce()
    {
        for (int i = 0; i < _carries.Length; i++)
            CopyRows(FinalGradient(i), StateView(_carries[i], 0), 0, _rows.Batch, 0, _plan.Schedule.StateWidths[i]);
    }

    /// <summary>The gradients of the last states of the sequences that end with step t.</summary>
    private void BeginGradients(in Share share, int t)
    {
        (int first, int end) = Own(in share, _rows.Batch);
        for (int i = 0; i < _carries.Length; i++)
            CopyState(in share, i, FinalGradient(i), StateView(_carries[i], RowOf(Place.Incoming, t, 0, first, end)), _rows.Active(t + 1), _rows.Active(t));
    }

    private MatrixView FinalGradient(int state) => _finalGradients[state].HasValue ? StateView(_finalGradients[state], 0) : default;

    /// <summary>Sums over time begin with zeros.</summary>
    private void BeginSums(in Share share)
    {
        if (_sums.Length == 0)
            return;
        (int first, int end) = Own(in share, _rows.Batch);
        foreach (Tensor sums in _sums)
            K.Fill(StateView(sums, first + RowOf(Place.Own, 0, 0, first, end)).Data, (nint)(end - first) * sums.Shape[^1], 0);
        Meet(in share);
    }

    /// <summary>Copies what is the thread's own of some rows of a state; zeros from nothing.</summary>
    private void CopyState(in Share share, int state, MatrixView from, MatrixView to, int first, int end)
    {
        int width = _plan.Schedule.StateWidths[state];
        (int own, int ownEnd) = _partition.ByUnits ? (0, end) : Own(in share, _rows.Batch);
        for (int unit = _partition.ByUnits ? share.Part : 0; unit < _partition.UnitParts; unit += share.Count)
        {
            (int column, int columnEnd) = _partition.Columns(width, unit);
            CopyRows(from, to, Math.Max(first, own), Math.Min(end, ownEnd), column, columnEnd);
        }
    }

    private static void CopyRows(MatrixView from, MatrixView to, int first, int end, int column, int columnEnd)
    {
        for (int row = first; row < end; row++)
        {
            float* target = to.Row(row) + column;
            if (from.Data == null)
                K.Fill(target, columnEnd - column, 0);
            else
                K.Copy(from.Row(row) + column, target, columnEnd - column);
        }
    }

    /// <summary>A tensor's rows of one state, from some row on.</summary>
    private static MatrixView StateView(Tensor tensor, nint row)
    {
        nint width = tensor.Shape[^1];
        return MatrixView.RowMajor(tensor.Pointer + row * width, width);
    }

    private MatrixView SavedView(int state, int chunkStart) => StateView(_saved[state], (nint)(chunkStart / _chunkSteps) * _rows.Batch);
}
