namespace Unfold.Kernels.Simd;

/// <summary>A vector of floats of one width; kernels are written once over <typeparamref name="TSelf"/> and compiled per width.</summary>
/// <remarks>
/// A comparison gives a mask: all bits of a lane one where true. Partial loads and stores touch only the first
/// <c>count</c> floats of memory, so that a tail runs through the very operations of the body and has the same bits.
/// </remarks>
internal unsafe interface ISimd<TSelf>
    where TSelf : struct, ISimd<TSelf>
{
    static abstract bool IsSupported { get; }

    /// <summary>Lanes: 16, 8 or 4.</summary>
    static abstract int Count { get; }

    static abstract TSelf Zero { get; }

    static abstract TSelf Load(float* source);

    /// <summary>Loads the first <paramref name="count"/> lanes (0 … Count); the others are zero.</summary>
    static abstract TSelf LoadPartial(float* source, int count);

    static abstract TSelf Broadcast(float value);

    /// <summary>The bits of <paramref name="value"/> in every lane.</summary>
    static abstract TSelf BroadcastBits(uint value);

    static abstract void Store(TSelf value, float* destination);

    static abstract void StorePartial(TSelf value, float* destination, int count);

    static abstract TSelf operator +(TSelf left, TSelf right);

    static abstract TSelf operator -(TSelf left, TSelf right);

    static abstract TSelf operator *(TSelf left, TSelf right);

    static abstract TSelf operator /(TSelf left, TSelf right);

    static abstract TSelf operator &(TSelf left, TSelf right);

    static abstract TSelf operator |(TSelf left, TSelf right);

    static abstract TSelf operator ^(TSelf left, TSelf right);

    /// <summary>a * b + c, rounded once.</summary>
    static abstract TSelf MultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>c - a * b, rounded once.</summary>
    static abstract TSelf NegatedMultiplyAdd(TSelf a, TSelf b, TSelf c);

    /// <summary>The smaller; where <paramref name="right"/> is NaN, NaN.</summary>
    static abstract TSelf Minimum(TSelf left, TSelf right);

    /// <summary>The larger; where <paramref name="right"/> is NaN, NaN.</summary>
    static abstract TSelf Maximum(TSelf left, TSelf right);

    static abstract TSelf GreaterThan(TSelf left, TSelf right);

    static abstract TSelf GreaterThanOrEqual(TSelf left, TSelf right);

    static abstract TSelf Equal(TSelf left, TSelf right);

    /// <summary>Lane by lane, <paramref name="whenTrue"/> where <paramref name="mask"/> is set.</summary>
    static abstract TSelf Select(TSelf mask, TSelf whenTrue, TSelf whenFalse);

    static abstract TSelf SquareRoot(TSelf value);

    static abstract TSelf Sin(TSelf value);

    static abstract TSelf Cos(TSelf value);

    /// <summary>A quotient, cheaper than a division: within one unit in the last place for denominators in [2^-100, 2^126].</summary>
    static abstract TSelf FastDivide(TSelf numerator, TSelf denominator);

    /// <summary>1 / denominator, in the range and with the bound of <see cref="FastDivide"/>.</summary>
    static abstract TSelf FastReciprocal(TSelf denominator);

    /// <summary>value * 2^exponent for whole exponents in [-200, 200], rounded once where the result is denormal.</summary>
    static abstract TSelf ScaleByPower(TSelf value, TSelf exponent);

    /// <summary>Shifts the 32 bits of each lane left.</summary>
    static abstract TSelf ShiftLeft(TSelf value, int count);

    /// <summary>value = result * 2^exponent with result in [2/3, 4/3), for positive finite values that are not denormal.</summary>
    static abstract TSelf Split(TSelf value, out TSelf exponent);

    /// <summary>The numbers of the lanes, 0 … Count - 1, as bits.</summary>
    static abstract TSelf LaneNumbers { get; }

    /// <summary>Lane by lane, the sum of the bits as 32-bit whole numbers.</summary>
    static abstract TSelf AddBits(TSelf left, TSelf right);

    /// <summary>Lane by lane, the 64-bit product of the bits, as a 32-bit whole number, and <paramref name="right"/>.</summary>
    static abstract void MultiplyBits(TSelf left, uint right, out TSelf low, out TSelf high);

    /// <summary>The upper 24 of the 32 bits as a number in [0, 1).</summary>
    static abstract TSelf ToUnitInterval(TSelf bits);

    /// <summary>The lanes' sum, in one fixed order.</summary>
    static abstract float Sum(TSelf value);

    /// <summary>Of the lanes of two vectors one after another, those at even and those at odd places.</summary>
    static abstract void Unzip(TSelf first, TSelf second, out TSelf even, out TSelf odd);

    /// <summary>The inverse of <see cref="Unzip"/>.</summary>
    static abstract void Zip(TSelf even, TSelf odd, out TSelf first, out TSelf second);

    /// <summary>
    /// Transposes a square of Count × Count: element (r, c), read from <c>rows[r][column + c]</c>, is written to
    /// <c>destination[c * stride + r]</c>. Rows of the destination are written whole, in the order of c.
    /// </summary>
    static abstract void Transpose(float** rows, nint column, float* destination, nint stride);
}
