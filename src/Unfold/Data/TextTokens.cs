using System.Text;

namespace Unfold.Data;

/// <summary>
/// Goes through a text a token at a time: through its Unicode scalar values, or through its words (runs of anything but white space) and line
/// ends, which are <see cref="Vocabulary.EndOfLine"/>. Allocates nothing.
/// </summary>
internal ref struct TextTokens(ReadOnlySpan<char> text, TokenKind kind)
{
    private readonly ReadOnlySpan<char> _text = text;
    private readonly TokenKind _kind = kind;
    private int _next;

    /// <summary>The token.</summary>
    public ReadOnlySpan<char> Current { get; private set; }

    /// <summary>Where the token begins in the text.</summary>
    public int Position { get; private set; }

    /// <summary>Itself, for foreach.</summary>
    public readonly TextTokens GetEnumerator() => this;

    /// <summary>Goes to the next token.</summary>
    /// <returns>Whether there is one.</returns>
    public bool MoveNext()
    {
        if (_kind == TokenKind.Word)
            return MoveToWord();
        if (_next == _text.Length)
            return false;
        Position = _next;
        bool valid = Rune.DecodeFromUtf16(_text[_next..], out _, out int length) == System.Buffers.OperationStatus.Done;
        Current = valid ? _text.Slice(_next, length) : Vocabulary.UnknownCharacter;
        _next += length;
        return true;
    }

    private bool MoveToWord()
    {
        while (_next < _text.Length && char.IsWhiteSpace(_text[_next]) && _text[_next] != '\n')
            _next++;
        if (_next == _text.Length)
            return false;
        Position = _next;
        if (_text[_next] == '\n')
        {
            _next++;
            Current = Vocabulary.EndOfLine;
            return true;
        }

        while (_next < _text.Length && !char.IsWhiteSpace(_text[_next]))
            _next++;
        Current = _text[Position.._next];
        return true;
    }
}
