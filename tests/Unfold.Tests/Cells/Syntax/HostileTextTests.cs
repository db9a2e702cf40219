using System.Diagnostics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Unfold.Cells;
using Unfold.Cells.Graph;

namespace Unfold.Tests.Cells.Syntax;

/// <summary>No text crashes or hangs the reader. The time bound is a guard against hanging, far above what any of these takes.</summary>
public sealed class HostileTextTests
{
    private static readonly TimeSpan Guard = TimeSpan.FromSeconds(30);

    private static readonly Dictionary<string, Func<string>> Texts = new()
    {
        ["parentheses"] = () => "h' = " + new string('(', 1_000_000),
        ["more than a megabyte of parentheses"] = () => "h' = " + new string('(', 3_000_000),
        ["closing parentheses"] = () => "h' = x" + new string(')', 1_000_000),
        ["brackets"] = () => "h' = W " + new string('[', 1_000_000),
        ["minus signs"] = () => "h' = " + new string('-', 1_000_000) + "x",
        ["primes"] = () => "h" + new string('\'', 1_000_000),
        ["plus signs"] = () => "h' = x" + new string('+', 1_000_000),
        ["nested calls"] = () => "h' = " + Repeat("tanh(", 100_000),
        ["a chain of products"] = () => "h' = " + Repeat("W ", 100_000) + "h",
        ["a chain of sums"] = () => "h' = x" + Repeat(" + h", 200_000),
        ["a long name"] = () => new string('a', 1_000_000) + " = x",
        ["a long number"] = () => "h' = " + new string('1', 1_000_000),
        ["a long comment"] = () => "#" + new string('#', 1_000_000),
        ["empty lines"] = () => new string('\n', 1_000_000),
        ["carriage returns"] = () => new string('\r', 1_000_000),
        ["NUL characters"] = () => new string('\0', 1_000_000),
        ["lone surrogates"] = () => new string('\ud800', 100_000),
        ["replacement characters"] = () => "h' = \ufffd",
        ["definitions"] = () => Lines(100_000, i => $"a{i} = x"),
        ["a chain of definitions"] = () => Lines(4_900, i => i == 0 ? "a0 = h" : $"a{i} = tanh(a{i - 1})") + "h' = a4899",
        ["a chain of definitions, backwards"] = () => Lines(4_900, i => $"a{i} = tanh(a{i + 1})") + "a4900 = h\nh' = a0",
        ["a long cycle"] = () => Lines(4_900, i => $"a{i} = tanh(a{(i + 1) % 4_900})") + "h' = a0",
        ["a definition of everything by everything"] = () => Lines(100, i => $"a{i} = x" + string.Concat(Enumerable.Range(i + 1, 99 - i).Select(j => $" + a{j}"))),
        ["doubling sizes"] = () => Lines(100, i => i == 0 ? "a0 = [h, h]" : $"a{i} = [a{i - 1}, a{i - 1}]") + "h' = W a99",
        ["doubling unknown sizes"] = () => Lines(100, i => i == 0 ? "a0 = [v, v]" : $"a{i} = [a{i - 1}, a{i - 1}]") + "h' = W a99",
        ["a chain of unknown sizes"] = () => Lines(4_900, i => $"a{i} = v{i} + v{i + 1}") + "h' = W v0",
        ["a chain of unknown sizes, backwards"] = () => Lines(4_900, i => $"a{i} = v{4_900 - i} + v{4_899 - i}") + "h' = W v0",
        ["sizes that grow"] = () => Lines(2_000, i => $"a{i} = [v{i}, x] + v{i + 1}") + "h' = W v0",
        ["sizes that grow, backwards"] = () => Lines(2_000, i => $"a{i} = [v{2_000 - i}, x] + v{1_999 - i}") + "h' = W v0",
        ["unknown sizes that nothing decides"] = () => Lines(2_000, i => $"a{i} = W{i} [u{i}, v{i}] + V{i} [v{i}, u{i}]") + "h' = x",
        ["huge sizes"] = () => "size m = 1e308\nstate h[m]\nh' = x",
        ["sums of sizes"] = () => "state h[" + Repeat("999999 + ", 100_000) + "1]\nh' = x",
        ["states"] = () => Lines(4_900, i => $"s{i}' = s{i} + x") + "output = s0",
        ["parameters"] = () => "h' = h" + string.Concat(Enumerable.Range(0, 9_000).Select(i => $" + parameter{i}")),
        ["words"] = () => Repeat("word ", 200_000),
        ["declarations"] = () => Lines(100_000, i => $"let l{i} = {i}"),
        ["inits"] = () => "h' = x\n" + Lines(4_000, _ => "init h = 1"),
        ["names in a declaration"] = () => "scalar a" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $", b{i}")),
    };

    public static TheoryData<string> Names => [.. Texts.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void IsReadInTime(string what)
    {
        string text = Texts[what]();
        var clock = Stopwatch.StartNew();
        CellCheck check = Cell.Check(text, "hostile.cell");
        string description = check.Describe();
        Assert.True(clock.Elapsed < Guard, what);
        Assert.Equal(check.Cell is null, check.Errors.Count > 0);
        Assert.InRange(check.Errors.Count + check.Warnings.Count, 0, 40);
        Assert.All(check.Errors, e => Assert.InRange(e.ToString().Length, 1, 2_000));
        Assert.DoesNotContain('\0', description);
    }

    [Fact]
    public void InvalidUtf8IsReportedWithItsPlace()
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, [.. Encoding.ASCII.GetBytes("h' = tanh(W x)\nb = "), 0xC3, 0x28, (byte)'\n']);
            CellException error = Assert.Throws<CellException>(() => Cell.Load(path));
            CellDiagnostic diagnostic = Assert.Single(error.Diagnostics);
            Assert.Equal((2, 5, "the text is not valid UTF-8 here"), (diagnostic.Line, diagnostic.Column, diagnostic.Message));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void ATextTooLongIsRefused() =>
        Assert.Contains("characters", Assert.Single(Cell.Check(new string('a', 1 << 21), "t.cell").Errors).Message);

    [Fact]
    public void TooManyDefinitionsAreRefused() =>
        Assert.Equal((5_001, "more than 5000 definitions"), Cell.Check(Lines(6_000, i => $"a{i} = x"), "t.cell").Errors.Select(e => (e.Line, e.Message)).Single());

    [Fact]
    public void DeepNestingIsAnErrorAtTheBracketThatIsTooDeep()
    {
        CellDiagnostic error = Assert.Single(Cell.Check("h' = " + new string('(', 300) + "x" + new string(')', 300), "t.cell").Errors);
        Assert.Equal((1, 206, "nested deeper than 200 levels"), (error.Line, error.Column, error.Message));
        Assert.Empty(Cell.Check("h' = W " + new string('(', 150) + "x" + new string(')', 150), "t.cell").Errors);
    }

    /// <summary>Any text at all, and any sequence of the language's own words, gives errors or a sound graph.</summary>
    [Fact]
    public void AnySequenceOfWordsIsReadOrReported()
    {
        string[] words =
        [
            "h", "c", "x", "f", "W", "U", "b", "'", "=", "\n", "\n", "\nh' = ", "\nf = ", "+", "-", "*", "/", "(", ")", "[", "]", ",", "tanh(", "sigmoid(",
            "norm(", "dot(", "dropout(", "zoneout(", "0.5", "2", "state ", "vector ", "scalar ", "fixed ", "let ", "size ", "init ", "output = ", " ", " ", "m", "#",
            "\nc' = W x + U h", "\noutput = [h, c]", "\nstate c[m]", "\nsize m = 3", "\ninit b = ", "learned", "zeros", "identity",
        ];
        Gen<string> soup = Gen.Elements(words).ArrayOf().Select(string.Concat);
        Prop.ForAll(soup.ToArbitrary(), Sound).Check(Config.QuickThrowOnFailure.WithMaxTest(3_000));
        Prop.ForAll<string>(text => Sound(text ?? "")).QuickCheckThrowOnFailure();
    }

    private static bool Sound(string text)
    {
        CellCheck check = Cell.Check(text, "t.cell");
        if (check.Cell is not Cell cell)
            return check.Errors.Count > 0 && check.Describe().Length > 0;
        _ = Adjoint.Of(cell.Graph);
        return Cell.Parse(cell.Text).Describe() == cell.Describe() && cell.Graph.States.All(s => s.Previous.HasShape(s.Next));
    }

    private static string Repeat(string text, int count) => new StringBuilder().Insert(0, text, count).ToString();

    private static string Lines(int count, Func<int, string> line) => string.Concat(Enumerable.Range(0, count).Select(i => line(i) + "\n"));
}

file static class Descriptions
{
    public static string Describe(this Cell cell) =>
        string.Join("\n", cell.States.Select(s => s.ToString()).Concat(cell.Parameters.Select(p => p.ToString())).Append(cell.OutputShape));
}
