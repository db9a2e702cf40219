namespace Unfold.Formats.Numpy;

/// <summary>An array of an .npz file.</summary>
public sealed class NumpyEntry
{
    internal NumpyEntry(string name, NpyHeader header)
    {
        Name = name;
        Type = header.Type;
        Sizes = header.Sizes;
    }

    /// <summary>Its name, without <c>.npy</c>.</summary>
    public string Name { get; }

    /// <summary>The element type as NumPy writes it, as in <c>&lt;f4</c>.</summary>
    public string Type { get; }

    /// <summary>The sizes of the axes.</summary>
    public IReadOnlyList<long> Sizes { get; }

    /// <summary>Name, type and sizes, as in <c>kernel &lt;f4 [28, 512]</c>.</summary>
    public override string ToString() => $"{Name} {Type} [{string.Join(", ", Sizes)}]";
}
