using Unfold.Tensors;

namespace Unfold.Formats.Safetensors;

/// <summary>A tensor as the header of a safetensors file describes it.</summary>
public sealed class TensorEntry
{
    private readonly long[] _sizes;

    internal TensorEntry(string name, string type, long[] sizes, long begin, long end)
    {
        Name = name;
        Type = type;
        _sizes = sizes;
        Begin = begin;
        End = end;
    }

    /// <summary>Its name, unique in the file.</summary>
    public string Name { get; }

    /// <summary>The format's name of the element type, as in <c>F32</c>.</summary>
    public string Type { get; }

    /// <summary>The sizes of the axes, slowest first; of any number and size that the format allows.</summary>
    public IReadOnlyList<long> Sizes => _sizes;

    /// <summary>The sizes of the axes as a shape of this library.</summary>
    /// <exception cref="ModelFileException">There are more axes or elements than a tensor of this library can have.</exception>
    public Shape Shape
    {
        get
        {
            if (_sizes.Length > Shape.MaximumRank)
                throw new ModelFileException($"Tensor '{Name}' has {_sizes.Length} axes, but a tensor has at most {Shape.MaximumRank} here.");
            try
            {
                return new Shape([.. _sizes.Select(size => checked((int)size))]);
            }
            catch (Exception e) when (e is OverflowException or ArgumentException)
            {
                throw new ModelFileException($"Tensor '{Name}' of shape {SizesText(_sizes)} is too large: a tensor holds fewer than 2^31 numbers here.", e);
            }
        }
    }

    /// <summary>Its first byte, counted from the end of the header.</summary>
    public long Begin { get; }

    /// <summary>One past its last byte.</summary>
    public long End { get; }

    /// <summary>Name, type and sizes, as in <c>rnn.bias_hh_l0 F32 [512]</c>.</summary>
    public override string ToString() => $"{Name} {Type} {SizesText(_sizes)}";

    /// <summary>Sizes in brackets, as shapes are written.</summary>
    internal static string SizesText(IEnumerable<long> sizes) => $"[{string.Join(", ", sizes)}]";

    /// <summary>Bits of one element of a type; 0 for a type that the format does not know.</summary>
    internal static int BitsOf(string type) => type switch
    {
        "F4" => 4,
        "F6_E2M3" or "F6_E3M2" => 6,
        "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" or "F8_E8M0" or "F8_E4M3FNUZ" or "F8_E5M2FNUZ" => 8,
        "U16" or "I16" or "F16" or "BF16" => 16,
        "U32" or "I32" or "F32" => 32,
        "U64" or "I64" or "F64" or "C64" => 64,
        _ => 0,
    };

    /// <summary>The type among those whose elements can be read as numbers; null for one that can only be listed.</summary>
    internal static ElementType? ElementsOf(string type) => type switch
    {
        "BOOL" => ElementType.Bool,
        "U8" => ElementType.UInt8,
        "I8" => ElementType.Int8,
        "U16" => ElementType.UInt16,
        "I16" => ElementType.Int16,
        "U32" => ElementType.UInt32,
        "I32" => ElementType.Int32,
        "U64" => ElementType.UInt64,
        "I64" => ElementType.Int64,
        "F16" => ElementType.Float16,
        "BF16" => ElementType.BFloat16,
        "F32" => ElementType.Float32,
        "F64" => ElementType.Float64,
        _ => null,
    };
}
