namespace Unfold.Models;

/// <summary>A sentence, or a piece of a long one, as numbers.</summary>
/// <param name="Sentence">The number of the sentence.</param>
/// <param name="First">The piece's first token in it.</param>
/// <param name="Columns">For each input column a number for each token.</param>
/// <param name="Words">For each token the number of its spelling.</param>
/// <param name="Labels">For each token the number of its label, -1 for one that the model does not know; null where there are none.</param>
internal sealed record PreparedSentence(int Sentence, int First, int[][] Columns, int[] Words, int[]? Labels)
{
    /// <summary>How many tokens.</summary>
    internal int Count => Words.Length;
}

/// <summary>Sentences as numbers.</summary>
/// <param name="Pieces">The sentences, or pieces of them, in their order.</param>
/// <param name="Spellings">For each word that occurs its characters' numbers.</param>
internal sealed record PreparedSentences(PreparedSentence[] Pieces, IReadOnlyList<int[]> Spellings);
