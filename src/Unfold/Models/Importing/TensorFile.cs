using Unfold.Formats;
using Unfold.Formats.Numpy;
using Unfold.Formats.Safetensors;
using Unfold.Tensors;

namespace Unfold.Models.Importing;

/// <summary>The tensors of a safetensors or .npz file by name, each read when it is wanted.</summary>
internal sealed class TensorFile : IDisposable
{
    private readonly IDisposable _file;

    private TensorFile(IDisposable file, IEnumerable<string> names, Func<string, Tensor> read)
    {
        _file = file;
        Tensors = Of(names, read);
    }

    /// <summary>The tensors in the file's order.</summary>
    internal IReadOnlyList<ImportedTensor> Tensors { get; }

    /// <summary>Opens a file; what it is, its first bytes say.</summary>
    /// <exception cref="ModelFileException">It cannot be read, or is of another kind.</exception>
    internal static TensorFile Open(string path)
    {
        switch (FileKinds.Of(path))
        {
            case FileKind.Npy:
                throw new ModelFileException($"'{path}' has one array without a name, but layers have several: write them with numpy.savez, or as safetensors.");
            case FileKind.Npz:
                NpzFile npz = NpzFile.Open(path);
                if (npz.Arrays.Count > 0)
                    return new TensorFile(npz, npz.Arrays.Select(array => array.Name), npz.Read);
                npz.Dispose();
                throw new ModelFileException(
                    $"'{path}' is an archive without arrays of NumPy's, a file of torch.save or of Keras perhaps, which hold programs: "
                    + "write safetensors.torch.save_file(model.state_dict(), …), or numpy.savez(…, **{variable.path: variable.numpy() for variable in model.weights}).");
            default:
                SafetensorsFile file = SafetensorsFile.Open(path);
                return new TensorFile(file, file.Tensors.Select(tensor => tensor.Name), file.Read);
        }
    }

    /// <summary>Tensors that somebody gives by their names.</summary>
    internal static IReadOnlyList<ImportedTensor> Of(IEnumerable<string> names, Func<string, Tensor> read) => [.. names.Select(name => new ImportedTensor(name, () => Read(read(name))))];

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    private static (int[] Shape, float[] Values) Read(Tensor tensor)
    {
        int[] shape = new int[tensor.Shape.Rank];
        tensor.Shape.CopyTo(shape);
        return (shape, tensor.Values.ToArray());
    }
}
