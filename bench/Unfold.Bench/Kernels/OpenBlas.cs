using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Unfold.Bench.Kernels;

/// <summary>OpenBLAS, where the system has it: what our matrix products are measured by. Nothing but benchmarks calls native code.</summary>
internal static unsafe partial class OpenBlas
{
    private const string Library = "libopenblas.so.0";

    private const int RowMajor = 101, NoTranspose = 111, Transpose = 112;

    /// <summary>Why it cannot be called here; null where it can.</summary>
    public static string? Absent { get; } = Load();

    /// <summary>As in "OpenBLAS 0.3.21 … SkylakeX", or that it is absent and why.</summary>
    public static string Description => Absent is null ? Marshal.PtrToStringUTF8(openblas_get_config())!.Trim() : $"OpenBLAS: absent ({Absent})";

    /// <summary>C [m, n] = A · B, rows contiguous, each operand transposed where it says so.</summary>
    public static void Multiply(int threads, bool transposedA, bool transposedB, int m, int n, int k, float* a, float* b, float* c)
    {
        openblas_set_num_threads(threads);
        cblas_sgemm(
            RowMajor, transposedA ? Transpose : NoTranspose, transposedB ? Transpose : NoTranspose, m, n, k, 1, a, transposedA ? m : k, b, transposedB ? k : n, 0, c, n);
    }

    private static string? Load()
    {
        // The variable must be in the environment of the C library, which .NET's own copy does not change, before OpenBLAS looks there.
        // Debian's OpenBLAS does not know the newest processors and would take kernels without AVX-512, about four times slower.
        if (OperatingSystem.IsLinux() && Avx512F.IsSupported)
            setenv("OPENBLAS_CORETYPE", "SKYLAKEX", overwrite: 0);
        return NativeLibrary.TryLoad(Library, out _) ? null : $"there is no {Library}; Debian: libopenblas0-openmp";
    }

    [LibraryImport(Library)]
    private static partial void cblas_sgemm(
        int order, int transposeA, int transposeB, int m, int n, int k, float alpha, float* a, int lda, float* b, int ldb, float beta, float* c, int ldc);

    [LibraryImport(Library)]
    private static partial void openblas_set_num_threads(int threads);

    [LibraryImport(Library)]
    private static partial nint openblas_get_config();

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int setenv(string name, string value, int overwrite);
}
