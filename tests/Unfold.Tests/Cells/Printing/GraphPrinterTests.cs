using Unfold.Cells;
using Unfold.Cells.Graph;
using Unfold.Cells.Printing;
using Unfold.Cells.Reference;

namespace Unfold.Tests.Cells.Printing;

public sealed class GraphPrinterTests
{
    public static TheoryData<string> Names { get; } = [.. Cell.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_text_read_again_is_the_same_cell(string name) => ReadAgain(Cell.Named(name));

    [Theory]
    [InlineData("h' = -(a - (b - W x)) - -h * (b / (a / h)) / (2 - a)")]
    [InlineData("h' = -W x * -h + U (h * U h) - 1e-3 * (h - 1.5)")]
    [InlineData("a = norm(W [x, h, tanh(h)]) * g + b\nh' = softmax(a) * dot(a, h) + sum(a * h) - mean(a)")]
    [InlineData("h' = zoneout(dropout(tanh(W x + U dropout(h, 0.25)), 0.5), h, 0.1)\noutput = 2 * h'")]
    [InlineData("let k = 0.3\nsize m = 5\nstate c[m]\nscalar beta\nfixed R\nvector v[m]\nc' = clip(R x, -k, 2) + k * (v * beta)\nh' = min(P c', h) + max(leaky_relu(Q c, 0.1), elu(h))\ninit c = learned\ninit h = -0.5")]
    public void Awkward_texts_read_again_are_the_same_cell(string text) => ReadAgain(Cell.Parse(text));

    [Fact]
    public void A_text_is_printed_as_one_would_write_it()
    {
        Assert.Equal(
            """
            f = sigmoid(Wf x + Uf h + bf)
            i = sigmoid(Wi x + Ui h + bi)
            g = tanh(Wg x + Ug h + bg)
            o = sigmoid(Wo x + Uo h + bo)
            c' = f * c + i * g
            h' = o * tanh(c')

            """,
            GraphPrinter.Print(Cell.Named("lstm").Graph));
    }

    private static void ReadAgain(Cell cell)
    {
        string text = GraphPrinter.Print(cell.Graph);
        Cell again = Cell.Parse(text);
        Assert.Equal(text, GraphPrinter.Print(again.Graph));

        int inputSize = cell.NeedsEqualSizes ? 4 : 3;
        IReadOnlyDictionary<string, int> sizes = cell.Graph.SizesFor(inputSize, 4);
        var random = new Random(1);
        var parameters = cell.Graph.Parameters.ToDictionary(p => p.Name, p => Draw(NodeFunctions<float>.Length(p.Node, sizes)));
        foreach (StateVariable state in cell.Graph.States)
            parameters[state.Name + "0"] = Draw(NodeFunctions<float>.Length(state.Previous, sizes));
        float[] x = Draw(4 * 2 * inputSize);
        var masks = new CountedMasks(1, 0, [0, 1]);
        Assert.Equal(
            new Interpreter<float>(cell.Graph, sizes, parameters, masks).Forward(x, 4, 2).Output,
            new Interpreter<float>(again.Graph, sizes, parameters, masks).Forward(x, 4, 2).Output);

        float[] Draw(int length) => [.. Enumerable.Range(0, length).Select(_ => random.NextSingle() - 0.5f)];
    }
}
