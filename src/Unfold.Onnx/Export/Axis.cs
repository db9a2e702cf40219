namespace Unfold.Onnx.Export;

/// <summary>An axis of a graph's input or output: a size, or the name of one that varies.</summary>
internal readonly record struct Axis(long Size, string? Name)
{
    /// <summary>T, the steps.</summary>
    public static Axis Steps { get; } = "T";

    /// <summary>N, the sequences or images side by side.</summary>
    public static Axis Batch { get; } = "N";

    public static implicit operator Axis(int size) => new(size, null);

    public static implicit operator Axis(string name) => new(0, name);
}
