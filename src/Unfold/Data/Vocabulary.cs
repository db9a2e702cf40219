using System.Runtime.InteropServices;
using System.Text;

namespace Unfold.Data;

/// <summary>The tokens that a language model knows, and how a text is cut into them.</summary>
public sealed class Vocabulary
{
    /// <summary>The token that stands for words that are not in the vocabulary.</summary>
    public const string UnknownWord = "<unk>";

    /// <summary>The token that stands for the end of a line in a vocabulary of words.</summary>
    public const string EndOfLine = "<eol>";

    /// <summary>The character that stands for characters that are not in the vocabulary, where the vocabulary is capped: U+FFFD.</summary>
    public const string UnknownCharacter = "\uFFFD";

    /// <summary>The most words of a vocabulary whose size is not given.</summary>
    internal const int DefaultWords = 10_000;

    private readonly string[] _tokens;
    private readonly Dictionary<string, int> _numbers;
    private readonly Dictionary<string, int>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    /// <summary>Takes a list of tokens, such as a model file's.</summary>
    /// <param name="kind">Characters or words.</param>
    /// <param name="tokens">The tokens in the order of their numbers.</param>
    /// <param name="unknown">The number of the token that stands for all others; -1 for none.</param>
    /// <exception cref="ArgumentException">A token is empty, comes twice, or is no single character; there are none; or the unknown token is not among them.</exception>
    public Vocabulary(TokenKind kind, IEnumerable<string> tokens, int unknown)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        Kind = kind;
        Unknown = unknown;
        _tokens = [.. tokens];
        _numbers = new Dictionary<string, int>(_tokens.Length);
        foreach (string token in _tokens)
        {
            if (token.Length == 0 || (kind == TokenKind.Character && (!Rune.TryGetRuneAt(token, 0, out Rune rune) || rune.Utf16SequenceLength != token.Length)))
                throw new ArgumentException($"The vocabulary's token {_numbers.Count} is '{token}', which is not a {(kind == TokenKind.Word ? "word" : "character")}.");
            if (!_numbers.TryAdd(token, _numbers.Count))
                throw new ArgumentException($"The vocabulary has '{token}' twice.");
        }

        if (_tokens.Length == 0 || unknown < -1 || unknown >= _tokens.Length)
            throw new ArgumentException($"The vocabulary has {_tokens.Length} tokens, and token {unknown} of them should stand for unknown ones.");
        if (kind == TokenKind.Word && (unknown < 0 || !_numbers.ContainsKey(EndOfLine)))
            throw new ArgumentException($"A vocabulary of words has {UnknownWord} and {EndOfLine}.");
        _lookup = _numbers.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Characters or words.</summary>
    public TokenKind Kind { get; }

    /// <summary>How many tokens there are, V.</summary>
    public int Count => _tokens.Length;

    /// <summary>The tokens; a token's number is its place.</summary>
    public IReadOnlyList<string> Tokens => _tokens;

    /// <summary>The number of the token that stands for all others; -1 if there is none.</summary>
    public int Unknown { get; }

    /// <summary>The number of the token that ends a line; -1 if there is none.</summary>
    public int LineEnd => _numbers.GetValueOrDefault(Kind == TokenKind.Word ? EndOfLine : "\n", -1);

    /// <summary>The characters of a text, in the order of their code points.</summary>
    /// <param name="text">The text.</param>
    /// <param name="size">The most tokens; the commonest characters are kept, and <see cref="UnknownCharacter"/> stands for the others. Null for all.</param>
    /// <returns>The vocabulary.</returns>
    public static Vocabulary OfCharacters(string text, int? size = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        Dictionary<Rune, long> counts = [];
        foreach (Rune rune in text.EnumerateRunes())
            CollectionsMarshal.GetValueRefOrAddDefault(counts, rune, out _)++;
        if (size is null || counts.Count <= size)
            return new Vocabulary(TokenKind.Character, counts.Keys.Order().Select(rune => rune.ToString()), -1);

        IEnumerable<string> kept = counts.Where(pair => pair.Key != Rune.ReplacementChar)
            .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key).Take(size.Value - 1).Select(pair => pair.Key).Order().Select(rune => rune.ToString());
        return new Vocabulary(TokenKind.Character, kept.Prepend(UnknownCharacter), 0);
    }

    /// <summary>
    /// The words of a text, the commonest first, after <see cref="UnknownWord"/> and <see cref="EndOfLine"/>. Words that occur once are left out, so
    /// that the unknown token stands for something while training.
    /// </summary>
    /// <param name="text">The text, of the training part only.</param>
    /// <param name="size">The most tokens, the two special ones included; null for 10,000.</param>
    /// <returns>The vocabulary.</returns>
    public static Vocabulary OfWords(string text, int? size = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        Dictionary<string, long> counts = [];
        Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> lookup = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (ReadOnlySpan<char> word in new TextTokens(text, TokenKind.Word))
            CollectionsMarshal.GetValueRefOrAddDefault(lookup, word, out _)++;
        IEnumerable<string> words = counts.Where(pair => pair.Value > 1 && pair.Key is not (UnknownWord or EndOfLine))
            .OrderByDescending(pair => pair.Value).ThenBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => pair.Key);
        return new Vocabulary(TokenKind.Word, words.Take((size ?? DefaultWords) - 2).Prepend(EndOfLine).Prepend(UnknownWord), 0);
    }

    /// <summary>Cuts a text into tokens.</summary>
    /// <param name="text">The text.</param>
    /// <returns>The tokens' numbers.</returns>
    /// <exception cref="InputException">A character is not in the vocabulary, and there is no unknown token.</exception>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        List<int> numbers = new(Kind == TokenKind.Character ? text.Length : text.Length / 5);
        TextTokens tokens = new(text, Kind);
        while (tokens.MoveNext())
            numbers.Add(_lookup.TryGetValue(tokens.Current, out int number) ? number : Unknown >= 0 ? Unknown : throw NotKnown(text, tokens.Position));
        return [.. numbers];
    }

    /// <summary>The text of tokens.</summary>
    /// <param name="numbers">The tokens' numbers.</param>
    /// <returns>The characters; or the words with spaces between those of a line.</returns>
    public string Decode(ReadOnlySpan<int> numbers)
    {
        StringBuilder text = new();
        bool lineStart = true;
        foreach (int number in numbers)
        {
            text.Append(TextOf(number, lineStart));
            lineStart = number == LineEnd;
        }

        return text.ToString();
    }

    /// <summary>A token as it is written: a word has the space before it.</summary>
    internal string TextOf(int number, bool lineStart) => Kind == TokenKind.Character ? _tokens[number]
        : number == LineEnd ? "\n"
        : lineStart ? _tokens[number] : " " + _tokens[number];

    private InputException NotKnown(string text, int position)
    {
        int line = 1 + text.AsSpan(0, position).Count('\n');
        int column = position - text.LastIndexOf('\n', Math.Max(0, position - 1), Math.Max(0, position));
        Rune.DecodeFromUtf16(text.AsSpan(position), out Rune rune, out _);
        string shown = Rune.IsControl(rune) ? "" : $"'{rune}', ";
        return new InputException($"The character {shown}U+{rune.Value:X4}, at line {line}, column {column}, is not among the {Count} characters that the model knows.");
    }
}
