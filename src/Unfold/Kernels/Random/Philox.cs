using System.Runtime.CompilerServices;
using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Random;

/// <summary>Philox4x32-10: 128 bits of counter and 64 of key to 128 random bits.</summary>
/// <remarks>Salmon, Moraes, Dror and Shaw, Parallel random numbers: as easy as 1, 2, 3, 2011.</remarks>
internal static class Philox
{
    public const uint Multiplier0 = 0xD2511F53;
    public const uint Multiplier1 = 0xCD9E8D57;
    public const uint Weyl0 = 0x9E3779B9;
    public const uint Weyl1 = 0xBB67AE85;
    public const int Rounds = 10;

    public static void Scramble(ref uint x0, ref uint x1, ref uint x2, ref uint x3, uint key0, uint key1)
    {
        for (int round = 0; round < Rounds; round++)
        {
            ulong product0 = (ulong)Multiplier0 * x0;
            ulong product1 = (ulong)Multiplier1 * x2;
            x0 = (uint)(product1 >> 32) ^ x1 ^ key0;
            x1 = (uint)product1;
            x2 = (uint)(product0 >> 32) ^ x3 ^ key1;
            x3 = (uint)product0;
            key0 += Weyl0;
            key1 += Weyl1;
        }
    }

    /// <summary>The same for a vector of counters.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Scramble<TSimd>(ref TSimd x0, ref TSimd x1, ref TSimd x2, ref TSimd x3, uint key0, uint key1)
        where TSimd : struct, ISimd<TSimd>
    {
        for (int round = 0; round < Rounds; round++)
        {
            TSimd.MultiplyBits(x0, Multiplier0, out var low0, out var high0);
            TSimd.MultiplyBits(x2, Multiplier1, out var low1, out var high1);
            x0 = high1 ^ x1 ^ TSimd.BroadcastBits(key0);
            x1 = low1;
            x2 = high0 ^ x3 ^ TSimd.BroadcastBits(key1);
            x3 = low0;
            key0 += Weyl0;
            key1 += Weyl1;
        }
    }
}
