namespace Unfold.Models.Importing;

/// <summary>Recurrent layers on top of each other as another system has them.</summary>
/// <param name="Levels">From the lowest: for each direction its tensors by the system's own short names, without layer and direction: <c>weight_ih</c>, <c>kernel</c>.</param>
/// <param name="LeftOut">The names of the file's other tensors.</param>
internal sealed record ImportedStack(IReadOnlyList<IReadOnlyList<IReadOnlyDictionary<string, ImportedTensor>>> Levels, IReadOnlyList<string> LeftOut)
{
    /// <summary>Whether each layer has two directions.</summary>
    internal bool IsBidirectional => Levels[0].Count == 2;
}
