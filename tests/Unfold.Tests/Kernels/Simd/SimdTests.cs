using Unfold.Kernels.Simd;

namespace Unfold.Tests.Kernels.Simd;

/// <summary>Every width that the machine has, whichever the process uses.</summary>
public sealed unsafe class SimdTests
{
    [Fact]
    public void Vectors_of_512_bits()
    {
        if (Simd512.IsSupported) CheckAll<Simd512>(16);
    }

    [Fact]
    public void Vectors_of_256_bits()
    {
        if (Simd256.IsSupported) CheckAll<Simd256>(8);
    }

    [Fact]
    public void Vectors_of_128_bits() => CheckAll<Simd128>(4);

    private static void CheckAll<T>(int count)
        where T : struct, ISimd<T>
    {
        Assert.Equal(count, T.Count);
        PartialAccess<T>();
        Transposition<T>();
        Lanes<T>();
        Zips<T>();
        Comparisons<T>();
        Division<T>();
        Powers<T>();
        Bits<T>();
    }

    private static void PartialAccess<T>()
        where T : struct, ISimd<T>
    {
        for (int count = 0; count <= T.Count; count++)
        {
            float[] source = [.. Enumerable.Range(1, 16).Select(i => (float)i)], target = new float[20];
            fixed (float* s = source, t = target)
            {
                Array.Fill(target, -1f);
                T.Store(T.LoadPartial(s, count), t);
                for (int i = 0; i < T.Count; i++) Assert.Equal(i < count ? source[i] : 0, target[i]);
                Array.Fill(target, -1f);
                T.StorePartial(T.Load(s), t, count);
                for (int i = 0; i < 20; i++) Assert.Equal(i < count ? source[i] : -1, target[i]);
            }
        }
    }

    private static void Transposition<T>()
        where T : struct, ISimd<T>
    {
        int n = T.Count;
        float[] source = [.. Enumerable.Range(0, n * 40).Select(i => (float)i)], target = new float[n * (n + 3)];
        fixed (float* s = source, t = target)
        {
            float** rows = stackalloc float*[n];
            for (int r = 0; r < n; r++) rows[r] = s + (r * 40);
            T.Transpose(rows, 5, t, n + 3);
            for (int r = 0; r < n; r++)
            {
                for (int c = 0; c < n; c++) Assert.Equal((r * 40) + 5 + c, target[(c * (n + 3)) + r]);
            }
        }
    }

    private static void Zips<T>()
        where T : struct, ISimd<T>
    {
        float[] numbers = [.. Enumerable.Range(0, 2 * T.Count).Select(i => (float)i)];
        fixed (float* n = numbers)
        {
            T.Unzip(T.Load(n), T.Load(n + T.Count), out T even, out T odd);
            Assert.Equal(numbers.Where(x => x % 2 == 0), Read(even));
            Assert.Equal(numbers.Where(x => x % 2 == 1), Read(odd));
            T.Zip(even, odd, out T first, out T second);
            float[] both = [.. Read(first), .. Read(second)];
            Assert.Equal(numbers, both);
        }
    }

    private static void Lanes<T>()
        where T : struct, ISimd<T>
    {
        float[] lanes = Read(T.Broadcast(3) + (T.Broadcast(4) * T.Broadcast(5)) - (T.Broadcast(8) / T.Broadcast(2)));
        Assert.All(lanes, x => Assert.Equal(19, x));
        Assert.All(Read(T.SquareRoot(T.Broadcast(49))), x => Assert.Equal(7, x));
        Assert.All(Read(T.MultiplyAdd(T.Broadcast(2), T.Broadcast(3), T.Broadcast(4))), x => Assert.Equal(10, x));
        Assert.All(Read(T.NegatedMultiplyAdd(T.Broadcast(2), T.Broadcast(3), T.Broadcast(4))), x => Assert.Equal(-2, x));
        Assert.Equal(T.Count * 2.5f, T.Sum(T.Broadcast(2.5f)));
    }

    private static void Comparisons<T>()
        where T : struct, ISimd<T>
    {
        float[] numbers = [float.NegativeInfinity, -1, -0f, 0, 1, float.PositiveInfinity, float.NaN];
        foreach (float a in numbers)
        {
            foreach (float b in numbers)
            {
                T x = T.Broadcast(a), y = T.Broadcast(b), one = T.Broadcast(1);
                Assert.Equal(a > b ? 1 : 0, Read(T.GreaterThan(x, y) & one)[0]);
                Assert.Equal(a >= b ? 1 : 0, Read(T.GreaterThanOrEqual(x, y) & one)[0]);
                Assert.Equal(a == b ? 1 : 0, Read(T.Equal(x, y) & one)[0]);
                Assert.Equal(a > b ? a : b, Read(T.Select(T.GreaterThan(x, y), x, y))[0]);
                if (float.IsNaN(a)) continue;
                Assert.Equal(MathF.Min(a, b), Read(T.Minimum(x, y))[0]);
                Assert.Equal(MathF.Max(a, b), Read(T.Maximum(x, y))[0]);
            }
        }
    }

    private static void Division<T>()
        where T : struct, ISimd<T>
    {
        var random = new System.Random(5);
        for (int i = 0; i < 200_000; i++)
        {
            float numerator = (random.NextSingle() * 2) - 1;
            float denominator = MathF.ScaleB(1 + random.NextSingle(), i % 10 == 0 ? random.Next(-100, 126) : random.Next(-2, 20));
            double quotient = (double)numerator / denominator;
            double error = Math.Abs(Read(T.FastDivide(T.Broadcast(numerator), T.Broadcast(denominator)))[0] - quotient) / Ulp.Of(quotient);
            Assert.True(error <= 1, $"{numerator} / {denominator}: {error} units");
            double reciprocal = 1.0 / denominator;
            error = Math.Abs(Read(T.FastReciprocal(T.Broadcast(denominator)))[0] - reciprocal) / Ulp.Of(reciprocal);
            Assert.True(error <= 1, $"1 / {denominator}: {error} units");
        }
    }

    private static void Powers<T>()
        where T : struct, ISimd<T>
    {
        for (int n = -160; n <= 128; n++)
            Assert.Equal(MathF.ScaleB(0.75f, n), Read(T.ScaleByPower(T.Broadcast(0.75f), T.Broadcast(n)))[0]);
        foreach (float x in (float[])[1.2e-38f, 0.001f, 0.66f, 0.67f, 1, 1.33f, 1.34f, 2, 1000, 3.4e38f])
        {
            var mantissa = T.Split(T.Broadcast(x), out var exponent);
            float m = Read(mantissa)[0];
            Assert.InRange(m, 0.66666f, 1.33334f);
            Assert.Equal(x, MathF.ScaleB(m, (int)Read(exponent)[0]));
        }
    }

    private static void Bits<T>()
        where T : struct, ISimd<T>
    {
        uint[] numbers = [0, 1, 3, 0x8000_0000, 0xFFFF_FFFF, 0xD251_1F53, 123456789];
        var lanes = ReadBits(T.LaneNumbers);
        for (int i = 0; i < T.Count; i++) Assert.Equal((uint)i, lanes[i]);
        foreach (uint a in numbers)
        {
            foreach (uint b in numbers)
            {
                var x = T.AddBits(T.BroadcastBits(a), T.LaneNumbers);
                uint[] sums = ReadBits(T.AddBits(x, T.BroadcastBits(b)));
                T.MultiplyBits(x, b, out var low, out var high);
                uint[] lows = ReadBits(low), highs = ReadBits(high);
                float[] units = Read(T.ToUnitInterval(x));
                uint[] shifted = ReadBits(T.ShiftLeft(x, 23));
                for (uint i = 0; i < T.Count; i++)
                {
                    Assert.Equal(a + i + b, sums[i]);
                    Assert.Equal((ulong)(a + i) * b, ((ulong)highs[i] << 32) | lows[i]);
                    Assert.Equal(((a + i) >> 8) / 16777216f, units[i]);
                    Assert.Equal((a + i) << 23, shifted[i]);
                }
            }
        }
    }

    private static float[] Read<T>(T value)
        where T : struct, ISimd<T>
    {
        float[] lanes = new float[T.Count];
        fixed (float* p = lanes) T.Store(value, p);
        return lanes;
    }

    private static uint[] ReadBits<T>(T value)
        where T : struct, ISimd<T> => [.. Read(value).Select(BitConverter.SingleToUInt32Bits)];
}
