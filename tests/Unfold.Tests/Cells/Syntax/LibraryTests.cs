using Unfold.Cells;
using Unfold.Cells.Graph;

namespace Unfold.Tests.Cells.Syntax;

public sealed class LibraryTests
{
    public static TheoryData<string> Names => [.. Cell.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryCellReadsWithoutWarningAndHasASource(string name)
    {
        CellCheck check = Cell.CheckFile(name);
        Assert.Empty(check.Errors);
        Assert.Empty(check.Warnings);
        Cell cell = check.Cell!;
        Assert.Equal(name, cell.Name);
        Assert.Matches(@".+: .*\d{4}", cell.Summary);
        Assert.InRange(cell.Text.Split('\n').Count(l => l.Trim().Length > 0 && !l.StartsWith('#')), 1, 15);
        Assert.All(cell.Graph.Nodes, n => Assert.All(n.Inputs, i => Assert.True(i.Id < n.Id)));
        Assert.Equal(cell.Graph.States.Select(s => s.Previous.Shape), cell.Graph.States.Select(s => s.Next.Shape));
        Assert.Equal(cell.Parameters.Any(p => p.Trained), Adjoint.Of(cell.Graph).ParameterGradients.Count > 0);
    }

    [Fact]
    public void LstmHasPyTorchsParametersAndStates()
    {
        Cell lstm = Cell.Named("lstm");
        Assert.Equal(
            "Wf [H, C] glorot|Uf [H, H] orthogonal|bf [H] 1|Wi [H, C] glorot|Ui [H, H] orthogonal|bi [H] zeros"
            + "|Wg [H, C] glorot|Ug [H, H] orthogonal|bg [H] zeros|Wo [H, C] glorot|Uo [H, H] orthogonal|bo [H] zeros",
            string.Join("|", lstm.Parameters.Select(p => $"{p.Name} {p.Shape} {p.Initialization}")));
        Assert.Equal(["c", "h"], lstm.States.Select(s => s.Name));
        Assert.Equal("[H]", lstm.OutputShape);
        Assert.False(lstm.NeedsEqualSizes);
        Assert.Equal("f", lstm.Graph.Nodes.First(n => n.Operation == Operation.Sigmoid).Name);
    }
}
