namespace Unfold.Models.Importing;

/// <summary>A tensor of a file, read when it is wanted.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Read">Gives its shape and its values, row-major.</param>
internal sealed record ImportedTensor(string Name, Func<(int[] Shape, float[] Values)> Read);
