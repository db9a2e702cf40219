using System.Globalization;

namespace Unfold.Formats.Numpy;

/// <summary>
/// Reads the header of an .npy file: a Python dictionary with three keys, <c>{'descr': '&lt;f4', 'fortran_order': False, 'shape': (2, 3), }</c>. Nothing is evaluated: texts,
/// whole numbers, True, False, tuples and lists are all there is.
/// </summary>
/// <param name="text">The header, without the padding's line end.</param>
internal ref struct HeaderReader(ReadOnlySpan<char> text)
{
    private const int MaximumDepth = 8, MaximumAxes = 64;

    private readonly ReadOnlySpan<char> _text = text;
    private int _position;

    /// <summary>The element type as NumPy writes it, the order of the elements, the sizes of the axes.</summary>
    /// <exception cref="FormatException">It is something else; the message is the end of a sentence.</exception>
    internal (string Type, bool FortranOrder, long[] Sizes) Read()
    {
        string? type = null;
        bool? fortranOrder = null;
        long[]? sizes = null;
        Expect('{');
        while (!Take('}'))
        {
            string key = ReadText();
            Expect(':');
            Skip();
            switch (key)
            {
                case "descr" when type is null:
                    type = ReadType();
                    break;
                case "fortran_order" when fortranOrder is null:
                    fortranOrder = ReadTruth();
                    break;
                case "shape" when sizes is null:
                    sizes = ReadSizes();
                    break;
                default:
                    throw new FormatException($"its header has the key '{key}' twice, or it is not one of descr, fortran_order and shape");
            }

            if (!Take(','))
            {
                Expect('}');
                break;
            }
        }

        Skip();
        if (_position != _text.Length)
            throw Wrong("nothing more");
        return type is not null && fortranOrder is not null && sizes is not null
            ? (type, fortranOrder.Value, sizes)
            : throw new FormatException("its header does not have all of descr, fortran_order and shape");
    }

    /// <summary>A text as it is; the list that describes a record as it is written.</summary>
    private string ReadType()
    {
        if (Peek() is '\'' or '"')
            return ReadText();
        int first = _position;
        PassOver(0);
        return _text[first.._position].ToString();
    }

    private void PassOver(int depth)
    {
        if (depth == MaximumDepth)
            throw Wrong("less brackets within brackets");
        Skip();
        if (Peek() is '\'' or '"')
        {
            ReadText();
            return;
        }

        if (char.IsAsciiDigit(Peek()))
        {
            ReadNumber();
            return;
        }

        char close = Peek() == '[' ? ']' : Peek() == '(' ? ')' : throw Wrong("a text, a number, a list or a tuple");
        _position++;
        while (!Take(close))
        {
            PassOver(depth + 1);
            if (!Take(','))
            {
                Expect(close);
                return;
            }
        }
    }

    private bool ReadTruth()
    {
        foreach (string word in (ReadOnlySpan<string>)["True", "False"])
        {
            if (_text[_position..].StartsWith(word, StringComparison.Ordinal))
            {
                _position += word.Length;
                return word == "True";
            }
        }

        throw Wrong("True or False");
    }

    private long[] ReadSizes()
    {
        List<long> sizes = [];
        Expect('(');
        while (!Take(')'))
        {
            if (sizes.Count == MaximumAxes)
                throw new FormatException($"it has more than {MaximumAxes} axes");
            sizes.Add(ReadNumber());
            if (!Take(','))
            {
                if (sizes.Count == 1)
                    throw Wrong("','");
                Expect(')');
                break;
            }
        }

        return [.. sizes];
    }

    private long ReadNumber()
    {
        Skip();
        int first = _position;
        while (char.IsAsciiDigit(Peek()))
            _position++;
        if (!long.TryParse(_text[first.._position], NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            throw Wrong("a whole number from 0 to 2^63 - 1");

        // As Python 2 wrote them: (3L, 4L).
        if (Peek() == 'L')
            _position++;
        return number;
    }

    private string ReadText()
    {
        Skip();
        char quote = Peek();
        int length = quote is '\'' or '"' ? _text[(_position + 1)..].IndexOf(quote) : -1;
        if (length < 0)
            throw Wrong("a text in quotes");
        ReadOnlySpan<char> found = _text.Slice(_position + 1, length);
        if (found.Contains('\\'))
            throw Wrong("a text without '\\'");
        _position += length + 2;
        return found.ToString();
    }

    private char Peek() => _position < _text.Length ? _text[_position] : '\0';

    private void Skip()
    {
        while (Peek() is ' ' or '\t' or '\n')
            _position++;
    }

    private bool Take(char c)
    {
        Skip();
        if (Peek() != c)
            return false;
        _position++;
        return true;
    }

    private void Expect(char c)
    {
        if (!Take(c))
            throw Wrong($"'{c}'");
    }

    private readonly FormatException Wrong(string expected)
    {
        ReadOnlySpan<char> rest = _text[_position..];
        string found = rest.IsEmpty ? "its end" : $"'{rest[..Math.Min(rest.Length, 12)]}'";
        return new FormatException($"its header has {found} at character {_position + 1}, where {expected} is expected");
    }
}
