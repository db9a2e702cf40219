namespace Unfold.Kernels.Convolution;

/// <summary>A number of vectors side by side known to the compiler.</summary>
internal interface IVectors
{
    static abstract int Count { get; }
}

internal readonly struct Vectors1 : IVectors { public static int Count => 1; }

internal readonly struct Vectors2 : IVectors { public static int Count => 2; }
