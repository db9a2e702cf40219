namespace Unfold.Formats;

/// <summary>Kinds of files that hold tensors.</summary>
internal enum FileKind
{
    /// <summary>Safetensors, or anything else: its reader says what is wrong.</summary>
    Safetensors,

    /// <summary>One array of NumPy's.</summary>
    Npy,

    /// <summary>An archive of NumPy's arrays.</summary>
    Npz,
}
