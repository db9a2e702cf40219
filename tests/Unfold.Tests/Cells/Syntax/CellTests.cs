using Unfold.Cells;

namespace Unfold.Tests.Cells.Syntax;

public sealed class CellTests
{
    [Fact]
    public void TheLibraryHoldsTheCellsOfTheLectures()
    {
        string[] expected =
        [
            "rnn", "rnn_relu", "irnn", "lstm", "peephole", "coupled", "lstm_no_forget", "lstmp", "gru", "gru_chung", "gru_reset_after",
            "gru_reset_after_chung", "mgu", "mut1", "mut2", "mut3", "leaky", "ugrnn", "indrnn", "lstm_layer_norm", "lstm_zoneout", "skip", "residual", "highway",
        ];
        Assert.Empty(expected.Except(Cell.Names));
        Assert.Equal(Cell.Names.Order(StringComparer.Ordinal), Cell.Names);
        Assert.Equal(["mut1", "mut2", "sru"], Cell.Names.Where(n => Cell.Named(n).NeedsEqualSizes));
    }

    [Fact]
    public void AnUnknownNameListsTheNearestAndAll()
    {
        string message = Assert.Throws<CellException>(() => Cell.Named("lstn")).Message;
        Assert.Contains("did you mean `lstm`?", message);
        Assert.Contains("gru_reset_after", message);
        Assert.Contains("did you mean `peephole`?", Assert.Throws<CellException>(() => Cell.Load("pephole")).Message);
    }

    [Fact]
    public void ConstantsReplaceTheNumbersInTheText()
    {
        const string Text = "# A cell\nlet leak = 0.3 # slow\nsize m = 5\nstate h[m]\nh' = (1 - leak) * h + leak * (W x)\n";
        Cell cell = Cell.Parse(Text, "mine", new Dictionary<string, double> { ["leak"] = -1e-7, ["m"] = 12 });
        Assert.Equal(Text.Replace("0.3", "-1E-07").Replace("= 5", "= 12"), cell.Text);
        Assert.Equal(12, cell.Graph.Sizes["m"]);
        Assert.Equal(-1e-7, cell.Graph.Nodes.Single(n => n.Name == "leak").Value);
        Assert.Equal(cell.Text, Cell.Parse(cell.Text).Text);
        Assert.Equal(Text, Cell.Parse(Text, "mine", new Dictionary<string, double> { ["leak"] = 0.3 }).Text);
        Assert.Equal("let p = 0.25", Cell.Load("leaky", new Dictionary<string, double> { ["leak"] = 0.25 }).Text.Split('\n')[1].Replace("leak", "p"));
    }

    [Theory]
    [InlineData("leek", 0.2, "did you mean `leak`?")]
    [InlineData("m", 2.5, "a whole number from 1 to 1000000")]
    [InlineData("m", 0, "a whole number from 1 to 1000000")]
    [InlineData("leak", double.NaN, "a finite number")]
    [InlineData("leak", double.PositiveInfinity, "a finite number")]
    public void ConstantsThatDoNotFitAreRefused(string name, double value, string expected)
    {
        var constants = new Dictionary<string, double> { [name] = value };
        CellCheck check = Cell.Check("let leak = 0.3\nsize m = 5\nstate h[m]\nh' = leak * h + W x", "t.cell", constants);
        Assert.Contains(expected, Assert.Single(check.Errors).ToString());
        Assert.Null(check.Cell);
    }

    [Fact]
    public void AFileIsReadByItsPath()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("unfold").FullName, "mine.cell");
        File.WriteAllText(path, "\ufeff# Mine: a test, 2024\r\nh' = tanh(W x +\r\n  U h)\r\n");
        Cell cell = Cell.Load(path);
        Assert.Equal(("mine", "Mine: a test, 2024", 2), (cell.Name, cell.Summary, cell.Parameters.Count));
        File.WriteAllText(path, "h' = tahn(W x)");
        Assert.StartsWith(path + "(1,6): error: there is no function `tahn`", Assert.Throws<CellException>(() => Cell.Load(path)).Message);
        File.WriteAllText(path, "");
        Assert.Contains("there is no definition", Assert.Throws<CellException>(() => Cell.Load(path)).Message);
        Assert.Contains("is a directory", Assert.Throws<CellException>(() => Cell.Load(Path.GetDirectoryName(path)!)).Message);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        Assert.Contains("neither a cell of the library nor a file", Assert.Throws<CellException>(() => Cell.Load(path)).Message);
    }

    [Fact]
    public void TheSameFileWithTheLibrarysNameIsTheLibrarys() => Assert.Equal(Cell.Named("gru").Text, Cell.Load("gru").Text);

    [Fact]
    public void DescribeShowsStatesAndParameters()
    {
        CellCheck check = Cell.Check("# Mine: a test\nscalar a\nh' = tanh(W x + U h) + a * b\nfixed U\ninit h = learned", "mine.cell");
        Assert.Equal(
            """
            mine: Mine: a test

              state  shape  starts at
              h      [H]    learned (h0)

              parameter  shape   starts as   trained
              W          [H, C]  glorot      yes
              U          [H, H]  orthogonal  no
              a          scalar  1           yes
              b          [H]     1           yes

            input x [C], output [H]
            no errors, no warnings

            """, check.Describe(), ignoreLineEndingDifferences: true);
    }

    [Fact]
    public void DescribeShowsMistakes()
    {
        string text = Cell.Check("h' = tanh(W x\nf = 2", "mine.cell").Describe();
        Assert.StartsWith("mine.cell(1,10): error: `(` is never closed", text);
        Assert.EndsWith("mine.cell: 1 error\n", text);
    }

    [Fact]
    public void OfALongLineThePartAroundThePlaceIsShown()
    {
        CellDiagnostic error = Cell.Check($"h' = {string.Concat(Enumerable.Repeat("h + ", 100))}tahn(h){string.Concat(Enumerable.Repeat(" + h", 100))}", "t.cell").Errors[0];
        string[] lines = error.ToString().Split('\n');
        Assert.Equal("t.cell(1,406): error: there is no function `tahn`", lines[0]);
        Assert.InRange(lines[1].Length, 50, 110);
        Assert.Equal("tahn", lines[1].Substring(lines[2].IndexOf('^'), lines[2].Count(c => c == '^')));
    }

    [Fact]
    public void AtMostTwentyErrorsAreReported() =>
        Assert.Equal(20, Cell.Check(string.Concat(Enumerable.Repeat("h' = )\n", 100)), "t.cell").Errors.Count);
}
