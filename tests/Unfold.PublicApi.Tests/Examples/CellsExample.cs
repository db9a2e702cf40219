using Unfold.Cells;

namespace Unfold.PublicApi.Tests.Examples;

/// <summary>docs/cells.md shows the body of <see cref="Run"/>.</summary>
[Collection("Console")]
public sealed class CellsExample
{
    [Fact]
    public void DescribesTheMistake()
    {
        TextWriter output = Console.Out;
        using var written = new StringWriter();
        Console.SetOut(written);
        try
        {
            Run();
        }
        finally
        {
            Console.SetOut(output);
        }

        Assert.Contains("did you mean `tanh`?", written.ToString());
    }

    private static void Run()
    {
        Cell lstm = Cell.Named("lstm");
        Cell slow = Cell.Load("leaky", new Dictionary<string, double> { ["leak"] = 0.05 });
        Cell mine = Cell.Parse("h' = tanh(W x + U h + b)");
        CellCheck check = Cell.Check("h' = tahn(W x)", "mine.cell");
        Console.WriteLine(check.Describe());
    }
}
