namespace Unfold.Kernels.Convolution;

/// <summary>Elements of the source that lie side by side and are all multiplied for one target element.</summary>
/// <param name="Offset">Where they begin, in floats from the place of the target element.</param>
/// <param name="Length">How many.</param>
internal readonly record struct KernelRun(nint Offset, nint Length);

/// <summary>Runs that are worked off together, because their weights fit the cache.</summary>
internal readonly record struct RunBlock(int First, int Count, int FirstRow);

/// <summary>Pixels side by side, for the gradient of weights: where they begin in x and in the gradient of y.</summary>
internal readonly record struct PixelRun(nint X, nint Y);
