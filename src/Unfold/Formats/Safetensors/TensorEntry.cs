using Unfold.Tensors;

namespace Unfold.Formats.Safetensors;

/// <summary>A tensor as the header of a safetensors file describes it.</summary>
/// <param name="Name">Its name, unique in the file.</param>
/// <param name="Type">The format's name of the element type, as in <c>F32</c>.</param>
/// <param name="Shape">The sizes of the axes.</param>
/// <param name="Begin">Its first byte, counted from the end of the header.</param>
/// <param name="End">One past its last byte.</param>
public sealed record TensorEntry(string Name, string Type, Shape Shape, long Begin, long End)
{
    /// <summary>Bytes of one element of a type; 0 for a type that the format does not know.</summary>
    internal static int SizeOf(string type) => type switch
    {
        "BOOL" or "U8" or "I8" or "F8_E4M3" or "F8_E5M2" => 1,
        "U16" or "I16" or "F16" or "BF16" => 2,
        "U32" or "I32" or "F32" => 4,
        "U64" or "I64" or "F64" => 8,
        _ => 0,
    };
}
