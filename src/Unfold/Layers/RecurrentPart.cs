namespace Unfold.Layers;

/// <summary>One layer of a model that PyTorch may have too, and how it is called there.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Prefix">What stands before PyTorch's names, such as <c>encoder</c>.</param>
/// <param name="Suffix">What stands behind them: <c>l0</c>, <c>l0_reverse</c>.</param>
internal sealed record RecurrentPart(RecurrentLayer Layer, string Prefix, string Suffix);
