using Unfold.Cells;
using Unfold.Cells.Execution;
using Unfold.Kernels.Threading;

namespace Unfold.Tests.Cells.Execution;

public sealed class ExecutorTests
{
    public static TheoryData<string> Library => [.. Cell.Names];

    [Theory]
    [MemberData(nameof(Library))]
    public void Equals_the_interpreter_at_awkward_sizes(string name)
    {
        foreach ((int c, int h, int n, int t) in new[]
        {
            (1, 1, 1, 1), (2, 3, 2, 2), (7, 8, 3, 5), (9, 7, 1, 5), (8, 15, 7, 2), (16, 16, 9, 2), (33, 17, 2, 1), (3, 33, 17, 2), (5, 40, 4, 0), (4, 530, 2, 2),
        })
        {
            new ExecutorCase(Cell.Named(name), c, h).AssertFastEqualsPlain(t, n);
        }
    }

    [Theory]
    [MemberData(nameof(Library))]
    public void Equals_the_interpreter_in_training(string name)
    {
        new ExecutorCase(Cell.Named(name), 5, 9).AssertFastEqualsPlain(4, 6, training: true);
    }

    [Theory]
    [InlineData("a = Wa (Wb tanh(x))\nh' = tanh(a + U h)\noutput = Wo (h' * h')")]
    [InlineData("h' = W x + U h")]
    [InlineData("c' = c + W x\nh' = tanh(c')\noutput = softmax(V h + b)")]
    [InlineData("scalar beta\nh' = tanh(W x + beta * (U h))\noutput = norm(h') * g + h")]
    [InlineData("state c[m]\nsize m = 5\nc' = sigmoid(Wc [x, c, h])\nh' = dot(h, h) * tanh(V c') + sum(c) * mean(x)")]
    [InlineData("h' = gelu(W x) * silu(U h) + elu(h) - softplus(V x) / (1 + exp(h)) + max(h, b) * min(h, 0.5)")]
    [InlineData("d' = h\nh' = tanh(W x + U dropout(d, 0.4)) * clip(h, -0.5, 0.5)\ninit h = 0.25")]
    [InlineData("z = sigmoid(Wz [h, x])\nq = tanh([z, h])\nh' = z * h + V q")]
    public void Equals_the_interpreter_on_unusual_cells(string text)
    {
        foreach ((int c, int h, int n, int t) in new[] { (3, 4, 2, 3), (6, 9, 13, 4) })
        {
            var run = new ExecutorCase(Cell.Parse(text), c, h);
            run.AssertFastEqualsPlain(t, n);
            run.AssertFastEqualsPlain(t, n, training: true);
        }
    }

    /// <summary>However threads share a run, and whatever it keeps for the way back, the bits are the same for the same chunks.</summary>
    [Theory]
    [MemberData(nameof(Library))]
    public void Sharing_and_keeping_change_no_result(string name)
    {
        int before = Team.Shared.Size;
        try
        {
            Team.SetSize(3);
            foreach ((int c, int h, int n, int t, int? chunk) in new (int, int, int, int, int?)[] { (5, 9, 7, 4, 1), (20, 70, 1, 8, 3), (3, 100, 26, 31, null) })
            {
                var run = new ExecutorCase(Cell.Named(name), c, h);
                Dictionary<string, float[]> alone = run.Fast(t, n, training: true, new Partition(false, 1), RunMode.Train, chunk);
                foreach (Partition sharing in new[] { new Partition(false, 3), new Partition(true, 3), new Partition(true, 3, true), new Partition(true, 2) })
                {
                    foreach (RunMode mode in Enum.GetValues<RunMode>())
                    {
                        foreach ((string what, float[] values) in run.Fast(t, n, training: true, sharing, mode, chunk))
                            Assert.True(alone[what].AsSpan().SequenceEqual(values), $"{name} T={t} N={n} C={c} H={h}, {sharing}, {mode}: {what} differs.");
                    }
                }
            }
        }
        finally
        {
            Team.SetSize(before);
        }
    }
}
