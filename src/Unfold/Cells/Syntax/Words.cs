namespace Unfold.Cells.Syntax;

/// <summary>Guesses which name a mistyped one was meant to be.</summary>
internal static class Words
{
    private const int LongestCompared = 40;

    /// <summary>The nearest of the candidates, where one is near enough to be the likely meaning; else null.</summary>
    public static string? Nearest(string word, IEnumerable<string> candidates)
    {
        int limit = word.Length <= 2 ? 1 : word.Length <= 5 ? 2 : 3;
        string? best = null;
        int bestDistance = limit + 1;
        foreach (string candidate in candidates)
        {
            if (candidate == word || Math.Abs(candidate.Length - word.Length) > limit || Math.Max(candidate.Length, word.Length) > LongestCompared)
                continue;
            int distance = Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant());
            if (distance < bestDistance && distance < Math.Max(word.Length, candidate.Length))
                (best, bestDistance) = (candidate, distance);
        }

        return best;
    }

    /// <summary>"did you mean `name`?", or null when nothing is near.</summary>
    public static string? DidYouMean(string word, IEnumerable<string> candidates) =>
        Nearest(word, candidates) is string near ? $"did you mean `{near}`?" : null;

    /// <summary>Insertions, deletions, replacements and exchanges of neighbours that turn one word into the other.</summary>
    public static int Distance(string a, string b)
    {
        var rows = new int[3][];
        for (int i = 0; i < 3; i++)
            rows[i] = new int[b.Length + 1];
        for (int j = 0; j <= b.Length; j++)
            rows[0][j] = j;
        for (int i = 1; i <= a.Length; i++)
        {
            int[] now = rows[i % 3], before = rows[(i + 2) % 3], earlier = rows[(i + 1) % 3];
            now[0] = i;
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = before[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                now[j] = Math.Min(replaced, Math.Min(before[j], now[j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    now[j] = Math.Min(now[j], earlier[j - 2] + 1);
            }
        }

        return rows[a.Length % 3][b.Length];
    }

    /// <summary>
    /// Whether two parameter names look like one name typed twice: a doubled letter (<c>bff</c>, <c>bf</c>), the same letters in another case after the
    /// first (<c>bF</c>), or long names one slip apart that is not in their last letter or a digit (<c>forget_bais</c>).
    /// </summary>
    public static bool NearMiss(string a, string b)
    {
        if (a.Length > b.Length)
            (a, b) = (b, a);
        if (a.Length == 0 || a == b || a[0] != b[0] || b.Length > LongestCompared)
            return false;
        if (a.Equals(b, StringComparison.OrdinalIgnoreCase))
            return true;
        if (b.Length == a.Length + 1 && a.Length >= 2)
        {
            int i = 0;
            while (i < a.Length && a[i] == b[i])
                i++;
            if (!char.IsDigit(b[i]) && b[i] == b[i - 1] && a[i..] == b[(i + 1)..])
                return true;
        }

        return a.Length >= 4 && a[^1] == b[^1] && Distance(a, b) == 1 && !DiffersInDigit(a, b);
    }

    private static bool DiffersInDigit(string a, string b) => a.Count(char.IsDigit) != b.Count(char.IsDigit)
        || !a.Where(char.IsDigit).SequenceEqual(b.Where(char.IsDigit));
}
