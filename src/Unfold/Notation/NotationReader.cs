using System.Globalization;
using Unfold.Cells.Syntax;

namespace Unfold.Notation;

/// <summary>
/// Reads a list: names with arguments, separated by commas. Line ends are blanks, and <c>#</c> begins a comment. Mistakes are reported at their place, and reading
/// goes on behind the next comma.
/// </summary>
internal sealed class NotationReader
{
    private const int MostItems = 1000;
    private const int MostText = 1 << 16;

    private readonly IReadOnlyDictionary<string, Signature> _signatures;
    private readonly string _kind;
    private readonly Diagnostics _diagnostics;
    private readonly string _text;
    private int _at;

    private NotationReader(string kind, IReadOnlyDictionary<string, Signature> signatures, Diagnostics diagnostics)
    {
        _kind = kind;
        _signatures = signatures;
        _diagnostics = diagnostics;
        _text = diagnostics.Source.Text;
    }

    /// <summary>Reads a text.</summary>
    /// <param name="kind">What a name stands for, as in <c>layer</c>.</param>
    /// <param name="signatures">The names that there are.</param>
    /// <param name="diagnostics">The text, and where mistakes are reported.</param>
    internal static List<NotationItem> Read(string kind, IReadOnlyDictionary<string, Signature> signatures, Diagnostics diagnostics)
    {
        if (diagnostics.Source.Text.Length > MostText)
        {
            diagnostics.Error(new TextSpan(0, 1), $"a text of {diagnostics.Source.Text.Length} characters", $"at most {MostText}");
            return [];
        }

        return new NotationReader(kind, signatures, diagnostics).ReadAll();
    }

    private List<NotationItem> ReadAll()
    {
        List<NotationItem> items = [];
        SkipBlanks();
        while (_at < _text.Length && !_diagnostics.Full)
        {
            if (items.Count == MostItems)
            {
                _diagnostics.Error(new TextSpan(_at, 1), $"a list of more than {MostItems} {_kind}s", $"at most {MostItems}");
                break;
            }

            if (ReadItem() is NotationItem item)
                items.Add(item);
            SkipBlanks();
            if (_at >= _text.Length)
                break;
            int comma = _at++;
            SkipBlanks();
            if (_at >= _text.Length)
                _diagnostics.Error(new TextSpan(comma, 1), "the list ends after a comma", $"a {_kind}", "remove the comma");
        }

        return items;
    }

    /// <summary>An item up to the comma or the end behind it; null where it is wrong.</summary>
    private NotationItem? ReadItem()
    {
        if (_text[_at] == ',')
        {
            _diagnostics.Error(new TextSpan(_at, 1), $"a comma, but no {_kind} before it", $"a {_kind}", "remove the comma");
            return null;
        }

        TextSpan nameSpan = TakeWord();
        string name = _diagnostics.Source[nameSpan];
        List<TextSpan> words = [];
        for (SkipBlanks(); _at < _text.Length && _text[_at] != ','; SkipBlanks())
            words.Add(TakeWord());
        if (!_signatures.TryGetValue(name, out Signature? signature))
        {
            // The likeliest mistake first: a list whose items are not separated, or separated by another sign.
            _diagnostics.Error(nameSpan, $"there is no {_kind} `{Shown(name)}`", "one of " + string.Join(", ", _signatures.Keys), Words.DidYouMean(name, _signatures.Keys));
            return null;
        }

        NotationItem item = new(signature, nameSpan, _diagnostics);
        return ReadArguments(item, words) ? item : null;
    }

    private bool ReadArguments(NotationItem item, List<TextSpan> words)
    {
        Signature signature = item.Signature;
        int position = 0;
        for (int i = 0; i < words.Count; i++)
        {
            string word = _diagnostics.Source[words[i]];
            item.Span = TextSpan.From(item.Name, words[i]);
            if (signature.Options.FirstOrDefault(option => option.Name == word) is Argument option)
            {
                if (i + 1 == words.Count || !TryNumbers(words[i + 1], out double[] value))
                    return Fail(words[i], $"`{word}` needs a value behind it", Describe(option), null);
                i++;
                item.Span = TextSpan.From(item.Name, words[i]);
                if (item.Values.ContainsKey(word))
                    return Fail(words[i - 1], $"`{word}` is given twice", "each option once", null);
                if (!Take(item, option, value, words[i]))
                    return false;
            }
            else if (signature.Flags.FirstOrDefault(group => group.Contains(word)) is string[] group)
            {
                if (group.FirstOrDefault(item.Has) is string other)
                    return Fail(words[i], other == word ? $"`{word}` is given twice" : $"`{word}` and `{other}` exclude each other", "one of " + string.Join(", ", group), null);
                item.Flags.Add(word, words[i]);
            }
            else if (!TryNumbers(words[i], out double[] value))
            {
                return Unknown(item, words[i], word);
            }
            else if (position == signature.Positional.Length)
            {
                return Fail(words[i], $"`{Shown(word)}` is one value too many for `{signature.Name}`", signature.ToString(), null);
            }
            else if (!Take(item, signature.Positional[position++], value, words[i]))
            {
                return false;
            }
        }

        if (position < signature.Positional.Length && !signature.Positional[position].Optional)
            return Fail(item.Span, $"`{signature.Name}` lacks its {signature.Positional[position].Name}", signature.ToString(), null);
        return true;
    }

    private bool Unknown(NotationItem item, TextSpan span, string word)
    {
        if (_signatures.ContainsKey(word))
            return Fail(span, $"`{word}` begins another {_kind}", "a comma before it", $"write `, {word}`");
        if (word.EndsWith(';') || word is "|" or "->" or "→" or "+")
            return Fail(span, $"`{Shown(word)}` is no separator", $"a comma between one {_kind} and the next", "write `,`");
        string? near = Words.DidYouMean(word, item.Signature.Words);
        return Fail(span, $"`{Shown(word)}` means nothing to `{item.Signature.Name}`", item.Signature.ToString(), near);
    }

    private bool Take(NotationItem item, Argument argument, double[] value, TextSpan span)
    {
        bool whole = argument.Kind != ArgumentKind.Number;
        bool good = (value.Length == 1 || argument.Kind == ArgumentKind.Sizes)
            && value.All(number => number >= argument.Minimum && number <= argument.Maximum && (!whole || number == Math.Floor(number)));
        if (!good)
            return Fail(span, $"`{Shown(_diagnostics.Source[span])}` cannot be the {argument.Name} of `{item.Signature.Name}`", Describe(argument), null);
        item.Values[argument.Name] = new NotationValue(value, span);
        return true;
    }

    private static string Describe(Argument argument)
    {
        string range = argument.Maximum >= int.MaxValue ? $"{Text(argument.Minimum)} or more" : $"from {Text(argument.Minimum)} to {Text(argument.Maximum)}";
        return argument.Kind switch
        {
            ArgumentKind.Whole => $"a whole number, {range}",
            ArgumentKind.Number => $"a number, {range}",
            _ => $"a whole number for all axes or one for each, as in `3` or `3x3`, {range}",
        };
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);

    private bool Fail(TextSpan span, string message, string? expected, string? fix)
    {
        _diagnostics.Error(span, message, expected, fix);
        return false;
    }

    /// <summary>Numbers joined by x.</summary>
    private bool TryNumbers(TextSpan span, out double[] numbers)
    {
        string[] parts = _diagnostics.Source[span].Split('x', 'X', '×');
        numbers = new double[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!double.TryParse(parts[i], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out numbers[i])
                || !double.IsFinite(numbers[i]))
            {
                return false;
            }
        }

        return parts.Length <= 3;
    }

    private static string Shown(string word) => word.Length <= 40 ? word : word[..40] + "…";

    private TextSpan TakeWord()
    {
        int start = _at;
        while (_at < _text.Length && !IsBlank(_text[_at]) && _text[_at] is not ',' and not '#')
            _at++;
        return new TextSpan(start, _at - start);
    }

    private void SkipBlanks()
    {
        while (_at < _text.Length)
        {
            if (_text[_at] == '#')
            {
                while (_at < _text.Length && _text[_at] is not '\n' and not '\r')
                    _at++;
            }
            else if (IsBlank(_text[_at]))
            {
                _at++;
            }
            else
            {
                return;
            }
        }
    }

    private static bool IsBlank(char c) => c is ' ' or '\t' or '\r' or '\n' or '\u00a0';
}
