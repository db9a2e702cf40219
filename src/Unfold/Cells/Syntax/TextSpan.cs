namespace Unfold.Cells.Syntax;

/// <summary>A run of characters of a source text.</summary>
internal readonly record struct TextSpan(int Start, int Length)
{
    public int End => Start + Length;

    public static TextSpan From(TextSpan first, TextSpan last) => new(first.Start, Math.Max(first.Length, last.End - first.Start));
}
