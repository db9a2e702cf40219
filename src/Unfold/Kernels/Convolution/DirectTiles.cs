using Unfold.Kernels.Gemm;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Convolution;

/// <summary>Lines of one target channel: what is the same for all of them, and how results of the phases of the width are put between one another.</summary>
/// <param name="pass">The pass.</param>
/// <param name="phase">The first of the phases that differ in width alone.</param>
/// <param name="weights">The target channel's packed weights.</param>
/// <param name="bias">Its bias.</param>
/// <param name="lines">Scratch: for each line and phase one panel.</param>
/// <param name="accumulate">Whether to add to the target.</param>
internal readonly unsafe ref struct DirectTiles(ConvolutionPass pass, int phase, float* weights, float bias, float* lines, bool accumulate)
{
    /// <summary>The most lines at once.</summary>
    public const int MostLines = 4;

    /// <summary>Makes lines of at most two vectors of each phase.</summary>
    /// <param name="rows">Lines.</param>
    /// <param name="source">The first pixel's place.</param>
    /// <param name="step">Floats from line to line.</param>
    /// <param name="target">The first pixel of the first phase.</param>
    /// <param name="targetStep">Floats from line to line.</param>
    /// <param name="width">Pixels of the first phase.</param>
    /// <param name="rest">Pixels from the first on to the end of its row in the target.</param>
    /// <param name="advance">How many fewer those are with each line.</param>
    public void Run<TSimd>(int rows, float* source, nint step, float* target, nint targetStep, int width, int rest, int advance)
        where TSimd : struct, ISimd<TSimd>
    {
        int phases = pass.Width.Phases, panel = 2 * TSimd.Count;
        if (phases == 1)
        {
            Dispatch<TSimd>(phase, rows, source, step, target, targetStep, width, accumulate);
            return;
        }

        for (int p = 0; p < phases; p++) Dispatch<TSimd>(phase + p, rows, source, step, lines + (p * panel), phases * panel, width, add: false);
        for (int row = 0; row < rows; row++)
        {
            float* from = lines + (row * phases * panel), to = target + (row * targetStep);
            int all = Math.Min(width * phases, rest - (row * advance));
            if (phases == 2) Join<TSimd>(from, to, all);
            else for (int i = 0; i < all; i++) to[i] = (accumulate ? to[i] : 0) + from[(i % phases * panel) + (i / phases)];
        }
    }

    /// <summary>Elements of two lines in turn.</summary>
    private void Join<TSimd>(float* from, float* to, int count)
        where TSimd : struct, ISimd<TSimd>
    {
        for (int i = 0; i < count; i += 2 * TSimd.Count)
        {
            TSimd.Zip(TSimd.Load(from + (i / 2)), TSimd.Load(from + (i / 2) + (2 * TSimd.Count)), out var first, out var second);
            int some = Math.Min(TSimd.Count, count - i), rest = Math.Clamp(count - i - TSimd.Count, 0, TSimd.Count);
            if (accumulate)
            {
                first += TSimd.LoadPartial(to + i, some);
                second += TSimd.LoadPartial(to + i + TSimd.Count, rest);
            }

            TSimd.StorePartial(first, to + i, some);
            TSimd.StorePartial(second, to + i + TSimd.Count, rest);
        }
    }

    private void Dispatch<TSimd>(int of, int rows, float* source, nint step, float* target, nint targetStep, int width, bool add)
        where TSimd : struct, ISimd<TSimd>
    {
        if (width > TSimd.Count) Dispatch<TSimd, Vectors2>(of, rows, source, step, target, targetStep, width, add);
        else Dispatch<TSimd, Vectors1>(of, rows, source, step, target, targetStep, width, add);
    }

    private void Dispatch<TSimd, TVectors>(int of, int rows, float* source, nint step, float* target, nint targetStep, int width, bool add)
        where TSimd : struct, ISimd<TSimd>
        where TVectors : struct, IVectors
    {
        ReadOnlySpan<nint> taps = pass.Offsets(of);
        int channels = pass.GroupSources;
        float* w = weights + ((nint)pass.FirstTap(of) * channels);
        nint plane = Slab.PlaneLength(pass);
        fixed (nint* offsets = taps)
        {
            switch (rows)
            {
                case 1: DirectTile.Multiply<TSimd, Rows1, TVectors>(offsets, taps.Length, source, channels, plane, step, w, bias, target, targetStep, width, add); return;
                case 2: DirectTile.Multiply<TSimd, Rows2, TVectors>(offsets, taps.Length, source, channels, plane, step, w, bias, target, targetStep, width, add); return;
                case 3: DirectTile.Multiply<TSimd, Rows3, TVectors>(offsets, taps.Length, source, channels, plane, step, w, bias, target, targetStep, width, add); return;
                default: DirectTile.Multiply<TSimd, Rows4, TVectors>(offsets, taps.Length, source, channels, plane, step, w, bias, target, targetStep, width, add); return;
            }
        }
    }
}
