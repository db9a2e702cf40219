namespace Unfold.Models;

/// <summary>A sequence as a network reads it.</summary>
/// <param name="Values">[T, C], normalised; empty for texts.</param>
/// <param name="Sentences">The tokens' numbers: one list, or one for each sentence; empty for numbers.</param>
/// <param name="Steps">T, or the number of sentences.</param>
/// <param name="IsCut">Whether it was longer than the model reads.</param>
internal sealed record PreparedSequence(float[] Values, int[][] Sentences, int Steps, bool IsCut);
