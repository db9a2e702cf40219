using Unfold.Cells;

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
            (1, 1, 1, 1), (2, 3, 2, 2), (7, 8, 3, 5), (9, 7, 1, 5), (8, 15, 7, 2), (16, 16, 9, 2), (33, 17, 2, 1), (3, 33, 17, 2), (5, 40, 4, 0), (5, 40, 9, 0), (4, 530, 2, 2),
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
    [InlineData("a = W x + U h + b\nh' = tanh(a) * step(a - 0.1)")]
    [InlineData("h' = 0.5 * h + step(W x + U h + b)")]
    [InlineData("h' = step(W x + U h)")]
    [InlineData("z = sigmoid(Wz [h, x])\nq = tanh([z, h])\nh' = z * h + V q")]
    [InlineData("scalar a\nscalar d\nh' = sigmoid(a) * tanh(W x + U h + b) + (1 - sigmoid(d)) * h + exp(a) * softplus(v)")]
    [InlineData("scalar a\nz = sigmoid(W x + U h)\nh' = (sigmoid(a) * (1 - z) + exp(a - 1)) * tanh(v) + z * h")]
    [InlineData("h' = tanh(W x + U h + Y tanh(v)) * exp(v) + sum(tanh(v)) * mean(v * v) * h")]
    [InlineData("h' = tanh(W x + U h) + sum(tanh(v)) * h")]
    [InlineData("h' = norm(exp(v) + tanh(W x)) + norm(tanh(v)) * h\noutput = softplus(v) * tanh(v)")]
    [InlineData("z = W x + U h\nh' = tanh(V [exp(v), z])")]
    [InlineData("h' = exp(-abs(v)) * h + W x\noutput = 2 * sigmoid(v)")]
    [InlineData("h' = tanh(W x)\noutput = norm(h + V x) * h'")]
    [InlineData("a = W x + U h\nh' = tanh(tanh(h) * tanh(a) + a) + 0.5 * V tanh(a + h)")]
    [InlineData("a = W x + U h\nh' = tanh(Y tanh(V h) + a) + 0.5 * norm(Z tanh(a) + M x)")]
    [InlineData("a = W x\nh' = tanh(U h + sigmoid(a - v))\noutput = h' * tanh(Y sigmoid(a + u))")]
    [InlineData("h' = tanh(W x) + U tanh(tanh(tanh(v) * tanh(V x)) * tanh(Y tanh(v)))")]
    public void Equals_the_interpreter_on_unusual_cells(string text)
    {
        foreach ((int c, int h, int n, int t) in new[] { (3, 4, 2, 3), (6, 9, 13, 4) })
        {
            var run = new ExecutorCase(Cell.Parse(text), c, h);
            run.AssertFastEqualsPlain(t, n);
            run.AssertFastEqualsPlain(t, n, training: true);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Equals_the_interpreter_on_random_cells(int seed)
    {
        var random = new System.Random(seed);
        for (int i = 0; i < 300; i++)
        {
            string text = RandomCell.Next(random);
            try
            {
                new ExecutorCase(Cell.Parse(text), 3, 5).AssertFastEqualsPlain(3, 2, training: true);
            }
            catch (Xunit.Sdk.XunitException error)
            {
                Assert.Fail($"{text}{error.Message}");
            }
        }
    }
}
