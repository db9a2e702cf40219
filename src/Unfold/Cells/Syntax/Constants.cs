using System.Globalization;
using System.Text;

namespace Unfold.Cells.Syntax;

/// <summary>Puts numbers given from outside in the place of those of <c>let</c> and <c>size</c> lines, so that the text says what holds.</summary>
internal static class Constants
{
    public static string Rewrite(string text, IReadOnlyList<NumberDeclaration> lines, IReadOnlyDictionary<string, double> constants, Diagnostics diagnostics)
    {
        foreach ((string name, double value) in constants)
        {
            NumberDeclaration? line = lines.FirstOrDefault(l => l.Name.Text == name);
            if (line is null)
            {
                string? fix = Words.DidYouMean(name, lines.Select(l => l.Name.Text));
                diagnostics.Error(
                    new TextSpan(0, 0), $"a value is given for `{name}`, but no line `let {name} = …` or `size {name} = …` is in the cell",
                    lines.Count == 0 ? "this cell has no constants" : "one of: " + string.Join(", ", lines.Take(20).Select(l => l.Name.Text)), fix);
            }
            else if (!double.IsFinite(value) || (line.IsSize && !SizeParser.IsSize(value)))
            {
                diagnostics.Error(
                    line.ValueSpan, FormattableString.Invariant($"the value {value} given for `{name}`"),
                    line.IsSize ? $"a whole number from 1 to {SizeParser.Maximum}" : "a finite number");
            }
        }

        if (diagnostics.Failed)
            return text;
        var rewritten = new StringBuilder();
        int at = 0;
        foreach (NumberDeclaration line in lines.OrderBy(l => l.ValueSpan.Start))
        {
            if (!constants.TryGetValue(line.Name.Text, out double value) || value == line.Value)
                continue;
            rewritten.Append(text, at, line.ValueSpan.Start - at).Append(value.ToString("R", CultureInfo.InvariantCulture));
            at = line.ValueSpan.End;
        }

        return rewritten.Append(text, at, text.Length - at).ToString();
    }
}
