using Unfold.Kernels.Simd;
using Unfold.Kernels.Threading;

namespace Unfold.Kernels.Convolution;

/// <summary>Adds the sums of several divisions in order, and writes them as gradients of weights [O, C / groups, taps] and bias [O].</summary>
internal sealed unsafe class SumWriter : TeamJob
{
    private ConvolutionPass _pass = null!;
    private float* _sums, _weights, _bias;
    private int _divisions;
    private nint _length;
    private bool _accumulateWeights, _accumulateBias;

    /// <param name="pass">The forward pass, whose rows of packed weights the sums are in the place of.</param>
    /// <param name="sums">For each division rows of panels, then the bias; the first division's are overwritten.</param>
    /// <param name="divisions">Divisions.</param>
    /// <param name="length">Floats of a division.</param>
    /// <param name="weights">The gradient of the weights.</param>
    /// <param name="accumulateWeights">Whether to add to it.</param>
    /// <param name="bias">The gradient of the bias, or null.</param>
    /// <param name="accumulateBias">Whether to add to it.</param>
    /// <param name="shared">Whether the team takes part.</param>
    public void Write(
        ConvolutionPass pass, float* sums, int divisions, nint length, float* weights, bool accumulateWeights, float* bias, bool accumulateBias, bool shared)
    {
        (_pass, _divisions, _length) = (pass, divisions, length);
        (_accumulateWeights, _accumulateBias) = (accumulateWeights, accumulateBias);
        _sums = sums;
        _weights = weights;
        _bias = bias;
        int parts = pass.Size.Groups * Gemm.Gemm.Panels(pass.GroupTargets);
        if (shared) Team.Shared.Run(this, parts);
        else for (int part = 0; part < parts; part++) Execute(part, parts);
    }

    protected internal override void Execute(int part, int partCount)
    {
        int panels = Gemm.Gemm.Panels(_pass.GroupTargets);
        int group = part / panels, column = part % panels * Gemm.Gemm.ColumnTile;
        if (VectorWidth.Bits == 512) WritePanel<Simd512>(group, column);
        else if (VectorWidth.Bits == 256) WritePanel<Simd256>(group, column);
        else WritePanel<Simd128>(group, column);
    }

    private void WritePanel<TSimd>(int group, int column)
        where TSimd : struct, ISimd<TSimd>
    {
        int groupWidth = WeightPacking.GroupWidth(_pass.GroupTargets), width = Math.Min(Gemm.Gemm.ColumnTile, groupWidth - column);
        int taps = _pass.Size.Taps, columns = Math.Min(width, _pass.GroupTargets - column);
        int first = (group * _pass.GroupTargets) + column;
        float* panel = _sums + WeightPacking.Place(_pass, 0, group, column);
        float* bias = _sums + _length - (_pass.Size.Groups * groupWidth) + (group * groupWidth) + column;
        for (int division = 1; division < _divisions; division++)
        {
            Elementwise.Elementwise.Accumulate(panel + (division * _length), panel, (nint)taps * _pass.GroupSources * width);
            Elementwise.Elementwise.Accumulate(bias + (division * _length), bias, columns);
        }

        for (int lane = 0; lane < columns; lane += TSimd.Count)
            WriteWeights<TSimd>(panel + lane, width, Math.Min(TSimd.Count, columns - lane), _weights + ((nint)(first + lane) * _pass.GroupSources * taps));
        if (_bias == null) return;
        if (_accumulateBias) Elementwise.Elementwise.Accumulate(bias, _bias + first, columns);
        else Elementwise.Elementwise.Copy(bias, _bias + first, columns);
    }

    /// <summary>One vector of channels of y: their kernels, a channel of x after the other.</summary>
    private void WriteWeights<TSimd>(float* sums, int width, int lanes, float* weights)
        where TSimd : struct, ISimd<TSimd>
    {
        ReadOnlySpan<int> kernels = _pass.Kernels(0);
        int sources = _pass.GroupSources, taps = kernels.Length;
        nint stride = (nint)sources * taps;
        float** rows = stackalloc float*[TSimd.Count];
        float* square = stackalloc float[TSimd.Count * TSimd.Count];
        bool reversed = kernels[0] != 0;
        for (nint done = 0; done < stride; done += TSimd.Count)
        {
            int count = (int)Math.Min(TSimd.Count, stride - done);
            for (int i = 0; i < TSimd.Count; i++)
            {
                int place = (int)done + Math.Min(i, count - 1);
                int source = place / taps, tap = place % taps;
                rows[i] = sums + ((((nint)(reversed ? taps - 1 - tap : tap) * sources) + source) * width);
            }

            TSimd.Transpose(rows, 0, square, TSimd.Count);
            for (int lane = 0; lane < lanes; lane++)
            {
                float* to = weights + (lane * stride) + done;
                var value = TSimd.Load(square + (lane * TSimd.Count));
                if (_accumulateWeights) value += TSimd.LoadPartial(to, count);
                TSimd.StorePartial(value, to, count);
            }
        }
    }
}
