using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Random;

/// <summary>What is made of 32 random bits.</summary>
internal interface IRandomOutput
{
    TSimd Apply<TSimd>(TSimd bits)
        where TSimd : struct, ISimd<TSimd>;
}

internal readonly struct UniformOutput : IRandomOutput
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd bits)
        where TSimd : struct, ISimd<TSimd> => TSimd.ToUnitInterval(bits);
}

internal readonly struct BernoulliOutput(float keepProbability, float scale) : IRandomOutput
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TSimd Apply<TSimd>(TSimd bits)
        where TSimd : struct, ISimd<TSimd> =>
        TSimd.GreaterThan(TSimd.Broadcast(keepProbability), TSimd.ToUnitInterval(bits)) & TSimd.Broadcast(scale);
}

/// <summary>Fills arrays from counters 0, 1, …: sixteen counters, one to four vectors of them, give 64 units.</summary>
internal static unsafe class RandomFill
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TSimd, TOutput>(TOutput output, uint key0, uint key1, uint step, uint sequence, float* y, int n)
        where TSimd : struct, ISimd<TSimd>
        where TOutput : struct, IRandomOutput
    {
        float* spill = stackalloc float[CountedRandom.Group];
        for (int first = 0; first < n; first += CountedRandom.Group)
        {
            float* target = n - first >= CountedRandom.Group ? y + first : spill;
            for (int lane = 0; lane < 16; lane += TSimd.Count)
            {
                var x0 = TSimd.AddBits(TSimd.LaneNumbers, TSimd.BroadcastBits((uint)((first / 4) + lane)));
                var x1 = TSimd.BroadcastBits(step);
                var x2 = TSimd.BroadcastBits(sequence);
                var x3 = TSimd.BroadcastBits(CountedRandom.UniformPurpose);
                Philox.Scramble(ref x0, ref x1, ref x2, ref x3, key0, key1);
                TSimd.Store(output.Apply(x0), target + lane);
                TSimd.Store(output.Apply(x1), target + lane + 16);
                TSimd.Store(output.Apply(x2), target + lane + 32);
                TSimd.Store(output.Apply(x3), target + lane + 48);
            }

            if (target == spill) new ReadOnlySpan<float>(spill, n - first).CopyTo(new Span<float>(y + first, n - first));
        }
    }
}
