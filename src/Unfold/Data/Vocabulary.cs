namespace Unfold.Data;

/// <summary>The tokens that a language model knows, and how a text is cut into them.</summary>
public sealed class Vocabulary
{
    private Vocabulary()
    {
    }

    /// <summary>Characters or words.</summary>
    public TokenKind Kind => throw new NotSupportedException();

    /// <summary>How many tokens there are, V.</summary>
    public int Count => throw new NotSupportedException();

    /// <summary>The tokens; a token's number is its place.</summary>
    public IReadOnlyList<string> Tokens => throw new NotSupportedException();

    /// <summary>The number of the token that stands for all others; -1 if there is none.</summary>
    public int Unknown => throw new NotSupportedException();
}
