using Unfold.Kernels.Simd;

namespace Unfold.Kernels.Random;

/// <summary>
/// Randomness that is counted, not drawn: a pure function of (seed, place, sequence, step, unit). So recomputation, the order of sequences,
/// threads and resuming change nothing. The same on every machine and at every vector width.
/// </summary>
/// <remarks>
/// Seed, place and the upper halves of sequence and step are hashed to Philox's key; its counter is (unit, step, sequence, purpose).
/// One counter serves four units that are 16 apart, so that a vector of neighbouring units is a vector of neighbouring counters:
/// unit u is word (u / 16) % 4 of counter (u / 64) * 16 + u % 16.
/// </remarks>
internal static unsafe class CountedRandom
{
    internal const uint UniformPurpose = 0;
    private const uint NormalPurpose = 1;

    /// <summary>Units that share sixteen counters.</summary>
    internal const int Group = 64;

    private const float Unit24 = 1f / (1 << 24);

    /// <summary>32 random bits.</summary>
    public static uint Bits(ulong seed, uint place, ulong sequence, ulong step, uint unit)
    {
        var (key0, key1) = Key(seed, place, sequence, step);
        uint x0 = (unit / Group * 16) + (unit % 16), x1 = (uint)step, x2 = (uint)sequence, x3 = UniformPurpose;
        Philox.Scramble(ref x0, ref x1, ref x2, ref x3, key0, key1);
        return (unit / 16 % 4) switch { 0 => x0, 1 => x1, 2 => x2, _ => x3 };
    }

    /// <summary>A number in [0, 1): a multiple of 2^-24.</summary>
    public static float Uniform(ulong seed, uint place, ulong sequence, ulong step, uint unit) =>
        (Bits(seed, place, sequence, step, unit) >> 8) * Unit24;

    /// <summary>A number of the standard normal distribution (Box and Muller 1958).</summary>
    public static double Normal(ulong seed, uint place, ulong sequence, ulong step, uint unit)
    {
        var (key0, key1) = Key(seed, place, sequence, step);
        uint x0 = unit, x1 = (uint)step, x2 = (uint)sequence, x3 = NormalPurpose;
        Philox.Scramble(ref x0, ref x1, ref x2, ref x3, key0, key1);
        double radius = ((((ulong)x1 << 21) | (x0 >> 11)) + 1) * (1.0 / (1L << 53));
        double turn = (((ulong)x3 << 21) | (x2 >> 11)) * (1.0 / (1L << 53));
        return Math.Sqrt(-2 * Math.Log(radius)) * Math.Cos(2 * Math.PI * turn);
    }

    /// <summary>y[i] = Uniform(…, unit: i) for i &lt; n.</summary>
    public static void FillUniform(ulong seed, uint place, ulong sequence, ulong step, float* y, int n) =>
        Fill(new UniformOutput(), seed, place, sequence, step, y, n);

    /// <summary>y[i] = <paramref name="scale"/> where Uniform(…, unit: i) &lt; <paramref name="keepProbability"/>, else 0.</summary>
    public static void FillBernoulli(
        ulong seed, uint place, ulong sequence, ulong step, float keepProbability, float scale, float* y, int n) =>
        Fill(new BernoulliOutput(keepProbability, scale), seed, place, sequence, step, y, n);

    private static void Fill<TOutput>(TOutput output, ulong seed, uint place, ulong sequence, ulong step, float* y, int n)
        where TOutput : struct, IRandomOutput
    {
        var (key0, key1) = Key(seed, place, sequence, step);
        if (VectorWidth.Bits == 512) RandomFill.Run<Simd512, TOutput>(output, key0, key1, (uint)step, (uint)sequence, y, n);
        else if (VectorWidth.Bits == 256) RandomFill.Run<Simd256, TOutput>(output, key0, key1, (uint)step, (uint)sequence, y, n);
        else RandomFill.Run<Simd128, TOutput>(output, key0, key1, (uint)step, (uint)sequence, y, n);
    }

    private static (uint Key0, uint Key1) Key(ulong seed, uint place, ulong sequence, ulong step)
    {
        ulong key = Mix(Mix(seed) + place);
        if ((sequence >> 32) != 0 || (step >> 32) != 0) key = Mix(Mix(key + (sequence >> 32)) + (step >> 32));
        return ((uint)key, (uint)(key >> 32));
    }

    /// <summary>The finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection in which every bit depends on every bit.</summary>
    private static ulong Mix(ulong x)
    {
        x += 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }
}
