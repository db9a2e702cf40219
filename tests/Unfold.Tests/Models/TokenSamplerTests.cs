using Unfold.Models;

namespace Unfold.Tests.Models;

public sealed class TokenSamplerTests
{
    private const int Draws = 20_000;

    /// <summary>Probabilities 0.1, 0.4, 0.2, 0.3.</summary>
    private static readonly float[] Logits = [MathF.Log(0.1f), MathF.Log(0.4f), MathF.Log(0.2f), MathF.Log(0.3f)];

    [Theory]
    [InlineData(1, null, null, new[] { 0.1, 0.4, 0.2, 0.3 })]
    [InlineData(0.5, null, null, new[] { 0.01 / 0.3, 0.16 / 0.3, 0.04 / 0.3, 0.09 / 0.3 })]
    [InlineData(1, 2, null, new[] { 0, 4 / 7.0, 0, 3 / 7.0 })]
    [InlineData(1, null, 0.65, new[] { 0, 4 / 7.0, 0, 3 / 7.0 })]
    [InlineData(1, null, 0.75, new[] { 0, 4 / 9.0, 2 / 9.0, 3 / 9.0 })]
    [InlineData(1, 3, 0.5, new[] { 0, 4 / 7.0, 0, 3 / 7.0 })]
    [InlineData(1, 100, 1.0, new[] { 0.1, 0.4, 0.2, 0.3 })]
    public void Tokens_are_chosen_as_often_as_they_are_likely(double temperature, int? topK, double? topP, double[] expected)
    {
        TokenSampler sampler = new(new GenerationOptions { Temperature = temperature, TopK = topK, TopP = topP, Seed = 11 }, 4);
        int[] counts = new int[4];
        for (int i = 0; i < Draws; i++)
            counts[sampler.Choose(Logits, i)]++;
        for (int token = 0; token < 4; token++)
        {
            // Four standard deviations of a count.
            double slack = 4 * Math.Sqrt(expected[token] * (1 - expected[token]) / Draws) + 1e-9;
            Assert.InRange((double)counts[token] / Draws, expected[token] - slack, expected[token] + slack);
        }
    }

    [Fact]
    public void Greedy_takes_the_first_of_the_likeliest() =>
        Assert.Equal(1, new TokenSampler(new GenerationOptions { Greedy = true }, 4).Choose([0, 2, 2, 1], 0));

    [Fact]
    public void Extreme_logits_do_not_overflow()
    {
        TokenSampler sampler = new(new GenerationOptions { Temperature = 0.01 }, 3);
        for (int i = 0; i < 100; i++)
            Assert.Equal(2, sampler.Choose([-3e38f, 0, 3e38f], i));
    }

    [Fact]
    public void Choosing_allocates_nothing()
    {
        TokenSampler sampler = new(new GenerationOptions { TopK = 3, TopP = 0.9 }, 4);
        sampler.Choose(Logits, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
            sampler.Choose(Logits, i);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }
}
