using Unfold.Kernels.Threading;

namespace Unfold.Tests.Kernels.Gemm;

/// <summary>Several products with one A in one call.</summary>
[Collection(nameof(Team))]
public sealed class GemmTargetsTests
{
    [Theory]
    [InlineData(130, 300, new[] { 70, 33 })]       // cut by rows, over two K blocks
    [InlineData(200, 700, new[] { 1, 64, 5, 16 })] // narrow ones among them
    [InlineData(40, 520, new[] { 100, 100, 31 })]  // cut by columns, through a target
    [InlineData(3, 600, new[] { 400, 2, 400 })]
    [InlineData(7, 20, new[] { 9, 3 })]            // too little for the team
    [InlineData(50, 0, new[] { 20, 4 })]           // no terms
    public void Each_has_the_bits_that_it_has_alone(int m, int k, int[] columns)
    {
        int before = Team.Shared.Size;
        try
        {
            var random = new System.Random(m + k);
            for (int variant = 0; variant < 12; variant++)
            {
                var layout = Layout.Random(random);
                int seed = random.Next();
                Problem[] problems =
                [
                    .. columns.Select((n, i) =>
                        new Problem(new System.Random(seed), m, n, k, layout with { TransposedB = i % 2 == 0, Bias = i % 3 != 0 })),
                ];
                float[][] expected = [.. problems.Select(problem => problem.Run())];
                for (int i = 0; i < problems.Length; i++) problems[i].Check(expected[i]);
                foreach (int threads in (int[])[1, 2, 3])
                {
                    Team.SetSize(threads);
                    Assert.Equal(expected, Problem.RunTogether(problems));
                }
            }
        }
        finally
        {
            Team.SetSize(before);
        }
    }

    [Fact]
    public void Bits_do_not_depend_on_the_number_of_threads()
    {
        int before = Team.Shared.Size;
        try
        {
            var layout = new Layout(TransposedA: true, Accumulate: true);
            Problem[] problems = [.. ((int[])[128, 1, 200]).Select(n => new Problem(new System.Random(5), 300, n, 512, layout))];
            Team.SetSize(1);
            float[][] expected = Problem.RunTogether(problems);
            foreach (int threads in (int[])[2, 3, 4])
            {
                Team.SetSize(threads);
                for (int repeat = 0; repeat < 20; repeat++) Assert.Equal(expected, Problem.RunTogether(problems));
            }
        }
        finally
        {
            Team.SetSize(before);
        }
    }
}
