using Unfold.Cells;

namespace Unfold.Tests.Cells;

/// <summary>What a person sees of a cell's gradient and cost.</summary>
public sealed class CellReportTests
{
    public static TheoryData<string> Names { get; } = [.. Cell.Names];

    [Fact]
    public void The_gradient_of_rnn() => Same(
        """
        # rnn backwards, t = T … 1. d v: the loss's gradient of v; δv: of what stands inside v's function; [t+1]: from the step after.
        # sum_t adds over steps and sequences. U^T is U transposed.
        d h' = d output + d h[t+1]
        δh'  = d h' * (1 - square(h'))
        d x = W^T δh'
        d h = U^T δh'
        d W = sum_t δh' x^T
        d U = sum_t δh' h^T
        d b = sum_t δh'

        """,
        CellReport.Gradient(Cell.Named("rnn")));

    [Fact]
    public void The_gradient_of_lstm() => Same(
        """
        # lstm backwards, t = T … 1. d v: the loss's gradient of v; δv: of what stands inside v's function; [t+1]: from the step after.
        # sum_t adds over steps and sequences. U^T is U transposed.
        d h' = d output + d h[t+1]
        d c' = d c[t+1] + d h' * o * (1 - square(tanh(c')))
        δo   = d h' * tanh(c') * o * (1 - o)
        δg   = d c' * i * (1 - square(g))
        δi   = d c' * g * i * (1 - i)
        δf   = d c' * c * f * (1 - f)
        d x  = Wo^T δo + Wg^T δg + Wi^T δi + Wf^T δf
        d c  = d c' * f
        d h  = Uo^T δo + Ug^T δg + Ui^T δi + Uf^T δf
        d Wf = sum_t δf x^T
        d Uf = sum_t δf h^T
        d bf = sum_t δf
        d Wi = sum_t δi x^T
        d Ui = sum_t δi h^T
        d bi = sum_t δi
        d Wg = sum_t δg x^T
        d Ug = sum_t δg h^T
        d bg = sum_t δg
        d Wo = sum_t δo x^T
        d Uo = sum_t δo h^T
        d bo = sum_t δo

        """,
        CellReport.Gradient(Cell.Named("lstm")));

    [Fact]
    public void The_gradient_of_gru() => Same(
        """
        # gru backwards, t = T … 1. d v: the loss's gradient of v; δv: of what stands inside v's function; [t+1]: from the step after.
        # sum_t adds over steps and sequences. U^T is U transposed.
        d h'     = d output + d h[t+1]
        δn       = d h' * (1 - z) * (1 - square(n))
        d(r * h) = Un^T δn
        δz       = (d h' * h - d h' * n) * z * (1 - z)
        δr       = d(r * h) * h * r * (1 - r)
        d x  = Wn^T δn + Wz^T δz + Wr^T δr
        d h  = d h' * z + d(r * h) * r + Uz^T δz + Ur^T δr
        d Wr = sum_t δr x^T
        d Ur = sum_t δr h^T
        d br = sum_t δr
        d Wz = sum_t δz x^T
        d Uz = sum_t δz h^T
        d bz = sum_t δz
        d Wn = sum_t δn x^T
        d Un = sum_t δn (r * h)^T
        d bn = sum_t δn

        """,
        CellReport.Gradient(Cell.Named("gru")));

    [Fact]
    public void The_gradient_of_a_cell_with_everything() => Same(
        """
        # all backwards, t = T … 1. d v: the loss's gradient of v; δv: of what stands inside v's function; [t+1]: from the step after.
        # sum_t adds over steps and sequences, sum_n over sequences. U^T is U transposed.
        # mask0, mask1: what dropout and zoneout drew, in the text's order.
        # norm_gradient(d, v) = (d - mean(d) - y * mean(d * y)) / sqrt(variance of v + 1e-5), y = norm(v).
        v1   = exp(V last - maximum(V last))
        d h' = d output + d h[t+1]
        d(dot(c', k)) = dot(d h', relu(a))
        d c' = d c[t+1] + d(dot(c', k)) * k
        δv1  = (d c' / sum(v1) + sum(-d c' * softmax(V last) / sum(v1))) * v1
        d a  = d h' * (1 - mask1) * mask0 + d h' * dot(c', k) * step(relu(a))
        d(W [x, h]) = norm_gradient(d a * g, W [x, h])
        d([x, h]) = W^T d(W [x, h])
        d x    = d last[t+1] + d([x, h])[0..C]
        d c    = R^T (d c' * beta * (1 - square(tanh(R c))))
        d last = V^T δv1
        d h    = d h' * mask1 + d h' + d([x, h])[C..C + H]
        d W    = sum_t d(W [x, h]) [x, h]^T
        d g    = sum_t d a * norm(W [x, h])
        d b    = sum_t d a
        d V    = sum_t δv1 last^T
        d beta = sum_t dot(d c', tanh(R c))
        d k    = sum_t d(dot(c', k)) * c'
        d c0   = sum_n d c at t = 1

        """,
        CellReport.Gradient(Cell.Parse(
            """
            state c[m]
            size m = 3
            init c = learned
            scalar beta
            fixed R
            last' = x
            state last[C]
            a = norm(W [x, h]) * g + b
            c' = softmax(V last) + beta * tanh(R c)
            h' = h + relu(a) * dot(c', k) + zoneout(dropout(a, 0.5), h, 0.1)
            """,
            "all")));

    [Fact]
    public void The_cost_of_lstm() => Same(
        """
        lstm: C = 128, H = 256

        parameters: 394,240
          Wf  [256, 128]  32,768
          Uf  [256, 256]  65,536
          bf  [256]          256
          Wi  [256, 128]  32,768
          Ui  [256, 256]  65,536
          bi  [256]          256
          Wg  [256, 128]  32,768
          Ug  [256, 256]  65,536
          bg  [256]          256
          Wo  [256, 128]  32,768
          Uo  [256, 256]  65,536
          bo  [256]          256

        a step of a sequence
          products: 393,216 multiply-adds
            of x alone, for all steps at once: Wf x, Wi x, Wg x, Wo x: 131,072
            with a state, in each step: Uf h, Ui h, Ug h, Uo h: 262,144
          elementwise: 4,352 operations forward, 7,040 backward
          memory in training, beside x: 1,536 numbers, states included
          arithmetic: 790,784 FLOP forward, 2,370,688 to train

        """,
        CellReport.Cost(Cell.Named("lstm"), hiddenSize: 256, inputSize: 128));

    [Fact]
    public void The_cost_of_a_cell_with_a_size_of_its_own_a_fixed_matrix_and_a_learned_state() => Same(
        """
        all: C = 3, H = 4, m = 2

        parameters: 33
          V     [2, 3]   6
          beta  scalar   1
          R     [2, 2]   4  fixed
          W     [4, 5]  20
          c0    [2]      2

        a step of a sequence
          products: 30 multiply-adds
            of x alone, for all steps at once: V x, W[.., 0..C] x: 18
            with a state, in each step: R c, W[.., C..C + m] c': 12
          elementwise: 12 operations forward, 27 backward
          memory in training, beside x: 16 numbers, states included
          arithmetic: 72 FLOP forward, 219 to train

        """,
        CellReport.Cost(Cell.Parse("size m = 2\nstate c[m]\nscalar beta\nfixed R\ninit c = learned\nc' = V x + beta * R c\nh' = tanh(W [x, c'])", "all"), 4, 3));

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_cell_of_the_library_prints_in_lines_that_can_be_read(string name)
    {
        Cell cell = Cell.Named(name);
        string[] lines = CellReport.Gradient(cell).Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 200));
        Assert.All(cell.Parameters.Where(p => p.Trained), p => Assert.Contains(lines, l => l.StartsWith($"d {p.Name} ", StringComparison.Ordinal)));
        Assert.All(cell.States, s => Assert.Contains(lines, l => l.StartsWith($"d {s.Name} ", StringComparison.Ordinal)));
        Assert.Contains("parameters: ", CellReport.Cost(cell, 8, 8), StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_of_thousands_of_definitions_is_printed_at_once()
    {
        string chain = "a0 = W x + U h\n" + string.Concat(Enumerable.Range(1, 4000).Select(k => $"a{k} = tanh(a{k - 1}) * a{k - 1}\n")) + "h' = a4000";
        Cell cell = Cell.Parse(chain);
        Assert.True(CellReport.Gradient(cell).Length < 1_000_000);
        Assert.True(Unfold.Cells.Printing.GraphPrinter.Print(cell.Graph).Length < 1_000_000);
        Cell sum = Cell.Parse("h' = tanh(W x + U h" + string.Concat(Enumerable.Range(1, 3000).Select(k => $" + b{k}")) + ")");
        Assert.True(CellReport.Gradient(sum).Length < 1_000_000);
    }

    [Fact]
    public void Sizes_below_one_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => CellReport.Cost(Cell.Named("rnn"), 0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => CellReport.Cost(Cell.Named("rnn"), 1, 0));
    }

    private static void Same(string expected, string text) => Assert.True(expected == text, text);
}
