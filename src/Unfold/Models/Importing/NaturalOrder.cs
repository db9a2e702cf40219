namespace Unfold.Models.Importing;

/// <summary>Names in the order in which a person counts: <c>lstm</c>, <c>lstm_1</c>, <c>lstm_2</c>, <c>lstm_10</c>.</summary>
internal static class NaturalOrder
{
    /// <summary>Below zero where the left name comes first.</summary>
    internal static int Compare(string? left, string? right)
    {
        ReadOnlySpan<char> a = left, b = right;
        while (!a.IsEmpty && !b.IsEmpty)
        {
            int digitsA = Digits(a), digitsB = Digits(b);
            if (digitsA > 0 && digitsB > 0)
            {
                ReadOnlySpan<char> x = a[..digitsA].TrimStart('0'), y = b[..digitsB].TrimStart('0');
                int order = x.Length != y.Length ? x.Length - y.Length : x.SequenceCompareTo(y);
                if (order != 0)
                    return order;
                a = a[digitsA..];
                b = b[digitsB..];
                continue;
            }

            if (a[0] != b[0])
                return a[0] - b[0];
            a = a[1..];
            b = b[1..];
        }

        return a.Length - b.Length;
    }

    private static int Digits(ReadOnlySpan<char> text)
    {
        int count = text.IndexOfAnyExceptInRange('0', '9');
        return count < 0 ? text.Length : count;
    }
}
