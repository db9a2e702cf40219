using Unfold.Cells;
using Unfold.Cells.Graph;
using Unfold.Cells.Recognition;

namespace Unfold.Tests.Cells.Recognition;

public sealed class CellRecognitionTests
{
    private static readonly Dictionary<string, string> s_known = new(StringComparer.Ordinal)
    {
        ["rnn"] = "RnnTanh",
        ["rnn_relu"] = "RnnRelu",
        ["irnn"] = "RnnRelu",
        ["lstm"] = "Lstm",
        ["lstm_chrono"] = "Lstm",
        ["peephole"] = "Lstm",
        ["lstmp"] = "ProjectedLstm",
        ["coupled"] = "CoupledLstm",
        ["gru"] = "Gru",
        ["gru_chung"] = "Gru",
        ["gru_reset_after"] = "GruResetAfter",
        ["gru_reset_after_chung"] = "GruResetAfter",
    };

    public static TheoryData<string> Names { get; } = [.. Cell.Names];

    [Theory]
    [MemberData(nameof(Names))]
    public void Of_the_library_those_that_have_a_name_elsewhere_and_no_others(string name)
    {
        Assert.Equal(s_known.GetValueOrDefault(name), CellRecognition.Recognize(Cell.Named(name).Graph)?.Kind.ToString());
        Assert.Equal(name is "rnn" or "rnn_relu" or "irnn" or "lstm" or "lstm_chrono" or "lstmp" or "gru_reset_after" or "gru_reset_after_chung",
            PyTorchLayout.Has(CellRecognition.Recognize(Cell.Named(name).Graph)));
    }

    [Fact]
    public void Lstm_by_its_letters() => Assert.Equal(
        "Lstm h c: i(Wi Ui bi) f(Wf Uf bf) g(Wg Ug bg) o(Wo Uo bo)", Describe(Cell.Named("lstm")));

    [Fact]
    public void Gru_by_its_letters() => Assert.Equal(
        "GruResetAfter h: r(Wr Ur br) z(Wz Uz bz) n(Wn Un bn cn)", Describe(Cell.Named("gru_reset_after")));

    [Fact]
    public void A_gate_that_points_the_other_way_has_its_weights_negated() => Assert.Equal(
        "GruResetAfter h: r(Wr Ur br) z(-Wz -Uz -bz) n(Wn Un bn cn)", Describe(Cell.Named("gru_reset_after_chung")));

    [Theory]
    // Other names, orders, brackets.
    [InlineData("k = tanh(Q + (S h + R x))\nsecret' = secret * keep + k * write\nwrite = sigmoid(b + A x + B h)\nkeep = sigmoid(D h + a + E x)\nh' = tanh(secret') * (sigmoid((F x + G h) + e))\nvector Q[H]",
        "Lstm h secret: i(A B b) f(E D a) g(R S Q) o(F G e)")]
    // No bias, two biases, gates written in place, the cell state written twice.
    [InlineData("c' = sigmoid(Wf x + Uf h) * c + tanh(Wg x + Ug h) * sigmoid(Wi x + bi + Ui h + ci)\nh' = sigmoid(Wo x + Uo h + bo) * tanh(tanh(Wg x + Ug h) * sigmoid(Wi x + bi + Ui h + ci) + c * sigmoid(Wf x + Uf h))",
        "Lstm h c: i(Wi Ui bi ci) f(Wf Uf) g(Wg Ug) o(Wo Uo bo)")]
    // One matrix over a concatenation, in either order, beside separate ones.
    [InlineData("f = sigmoid(Wf [h, x] + bf)\ni = sigmoid(Wi [x, h] + bi)\ng = tanh(Wg x + Ug h + bg)\no = sigmoid(Wo [h, x] + bo)\nc' = f * c + i * g\nh' = o * tanh(c')",
        "Lstm h c: i(Wi@0 Wi@C bi) f(Wf@H Wf@0 bf) g(Wg Ug bg) o(Wo@H Wo@0 bo)")]
    // A forget gate and an input gate that are turned round, and one that says so in its weights.
    [InlineData("f = sigmoid(Wf x + Uf h + bf)\ni = sigmoid(Wi x + Ui h + bi)\ng = tanh(Wg x + Ug h + bg)\no = sigmoid(-Wo x - Uo h - bo)\nc' = (1 - f) * c + g - i * g\nh' = o * tanh(c')",
        "Lstm h c: i(-Wi -Ui -bi) f(-Wf -Uf -bf) g(Wg Ug bg) o(-Wo -Uo -bo)")]
    [InlineData("f = sigmoid(Wf x + Uf h + bf)\ng = tanh(Wg x - Ug h + bg)\no = 1 - sigmoid(Wo x + Uo h + po * c' + bo)\nc' = g + f * (c - g)\nh' = o * tanh(c')",
        "CoupledLstm h c: i(-Wf -Uf -bf) g(Wg -Ug bg) o(-Wo -Uo -bo, -po)")]
    // GRUs in the forms that papers print.
    [InlineData("z = sigmoid(Wz x + Uz h)\nr = sigmoid(Wr x + Ur h)\nn = tanh(W x + U (h * r))\nh' = n + z * (h - n)", "Gru h: r(Wr Ur) z(Wz Uz) n(W U)")]
    [InlineData("z = sigmoid(Wz [h, x])\nr = sigmoid(Wr [h, x])\nn = tanh(W [r * h, x])\nh' = (1 - z) * h + z * n", "Gru h: r(Wr@H Wr@0) z(-Wz@H -Wz@0) n(W@H W@0)")]
    [InlineData("q = sigmoid(Wr x + Ur h)\nz = sigmoid(Wz x + Uz h)\nn = tanh(W x + (1 - q) * (U h) + (1 - q) * d)\nh' = h - (h - n) * z", "GruResetAfter h: r(-Wr -Ur) z(-Wz -Uz) n(W U d)")]
    [InlineData("h' = relu(c + (U h - W x) + b)", "RnnRelu h: h(-W U b c)")]
    public void Whatever_the_names_the_order_and_the_direction(string text, string expected) => Assert.Equal(expected, Describe(Cell.Parse(text)));

    [Theory]
    [InlineData("h' = tanh(W x + U h + b) * 2")]
    [InlineData("h' = tanh(2 * W x + U h + b)")]
    [InlineData("h' = tanh(W x + u * h + b)")]
    [InlineData("h' = tanh(W x + U h + b)\noutput = 2 * h'")]
    [InlineData("h' = tanh(W x + U h + V h + b)")]
    [InlineData("h' = sigmoid(W x + U h + b)")]
    [InlineData("scalar b\nh' = tanh(W x + U h + b)")]
    [InlineData("f = sigmoid(Wf x + Uf h + bf)\ni = sigmoid(Wi x + Ui h + bi)\ng = tanh(Wg x + Ug h + bg)\no = sigmoid(Wo x + Uo h + bo)\nc' = f * c + i * g\nh' = o * c'")]
    [InlineData("f = sigmoid(Wf x + Uf h + bf)\ni = sigmoid(Wi x + Ui h + bf)\ng = tanh(Wg x + Ug h + bg)\no = sigmoid(Wo x + Uo h + bo)\nc' = f * c + i * g\nh' = o * tanh(c')")]
    [InlineData("f = sigmoid(Wf x + Uf h + bf)\ni = sigmoid(Wi x + Ui h + bi)\ng = tanh(Wg x + Ug h + bg)\no = sigmoid(Wo x + Uo h + po * c + bo)\nc' = f * c + i * g\nh' = o * tanh(c')")]
    [InlineData("r = sigmoid(Wr x + Ur h)\nz = sigmoid(Wz x + Uz h)\nn = tanh(W x + U (z * h))\nh' = (1 - z) * n + z * h\noutput = r * h'")]
    [InlineData("r = sigmoid(Wr x + Ur h)\nz = sigmoid(Wz x + Uz h)\nn = tanh(W x + U (r * h) + r * c)\nh' = (1 - z) * n + z * h")]
    [InlineData("r = sigmoid(Wr x + Ur h)\nz = sigmoid(Wz x + Uz h)\nn = tanh(W x + r * (U h))\nh' = (1 - z) * n - z * h")]
    [InlineData("h' = tanh(W dropout(x, 0.5) + U h + b)")]
    public void Near_misses_have_no_name(string text) => Assert.Null(CellRecognition.Recognize(Cell.Parse(text).Graph));

    [Fact]
    public void A_large_graph_is_given_up_quickly()
    {
        string doubling = "d0 = W x + U h\n" + string.Concat(Enumerable.Range(1, 40).Select(k => $"d{k} = d{k - 1} * (d{k - 1} + b{k})\n"));
        string nesting = "e0 = tanh(d40)\n" + string.Concat(Enumerable.Range(1, 40).Select(k => $"e{k} = tanh(e{k - 1}) + sin(e{k - 1})\n"));
        Assert.Null(CellRecognition.Recognize(Cell.Parse(doubling + nesting + "h' = tanh(e40)").Graph));
        Assert.Null(CellRecognition.Recognize(Cell.Parse("e0 = W x + U h\n" + nesting.Split('\n', 2)[1] + "h' = tanh(e40)").Graph));
    }

    private static string Describe(Cell cell)
    {
        RecognizedCell? found = CellRecognition.Recognize(cell.Graph);
        return found is null ? "nothing" : $"{found.Kind} {found.HiddenState}{(found.CellState is null ? "" : " " + found.CellState)}: {string.Join(" ", found.Gates.Select(Gate))}";

        static string Gate(RecognizedGate g) =>
            $"{g.Name}({string.Join(" ", new[] { g.Input, g.Recurrent, g.InputBias, g.RecurrentBias }.OfType<RecognizedPart>().Select(Part))}{(g.Peephole is null ? "" : ", " + Part(g.Peephole))})";

        static string Part(RecognizedPart part) => (part.Negated ? "-" : "") + part.Parameter + (part.FirstColumn is Dimension column ? "@" + column : "");
    }
}
