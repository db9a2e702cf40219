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
            (1, 1, 1, 1), (2, 3, 2, 2), (7, 8, 3, 5), (9, 7, 1, 5), (8, 15, 7, 2), (16, 16, 9, 2), (33, 17, 2, 1), (3, 33, 17, 2), (5, 40, 4, 0), (4, 530, 2, 2),
        })
        {
            var run = new ExecutorCase(Cell.Named(name), c, h);
            ExecutorCase.AssertClose(run.Plain(t, n), run.Fast(t, n), $"{name} C={c} H={h} N={n} T={t}");
        }
    }

    [Theory]
    [MemberData(nameof(Library))]
    public void Equals_the_interpreter_in_training(string name)
    {
        var run = new ExecutorCase(Cell.Named(name), 5, 9);
        ExecutorCase.AssertClose(run.Plain(4, 6, training: true), run.Fast(4, 6, training: true), name);
    }
}
