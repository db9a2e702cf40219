using FsCheck;
using FsCheck.Fluent;
using Unfold.Cells.Syntax;

namespace Unfold.Tests.Cells.Syntax;

public sealed class WordsTests
{
    [Theory]
    [InlineData("tahn", "tanh", 1)]
    [InlineData("sigmod", "sigmoid", 1)]
    [InlineData("", "abc", 3)]
    [InlineData("kitten", "sitting", 3)]
    public void DistanceCountsSlips(string a, string b, int distance) => Assert.Equal(distance, Words.Distance(a, b));

    [Fact]
    public void DistanceIsSymmetricAndZeroOnlyForEqualWords() =>
        Prop.ForAll<string, string>((a, b) =>
        {
            (a, b) = (a ?? "", b ?? "");
            int distance = Words.Distance(a, b);
            return distance == Words.Distance(b, a) && distance == 0 == (a == b) && distance <= Math.Max(a.Length, b.Length)
                && distance >= Math.Abs(a.Length - b.Length);
        }).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("bff", "bf")]
    [InlineData("Wzz", "Wz")]
    [InlineData("bF", "bf")]
    [InlineData("foget", "forget")]
    [InlineData("bais_f", "bias_f")]
    public void NearMisses(string a, string b)
    {
        Assert.True(Words.NearMiss(a, b));
        Assert.True(Words.NearMiss(b, a));
    }

    /// <summary>Names that cells do use beside each other.</summary>
    [Theory]
    [InlineData("bf", "bi")]
    [InlineData("Wf", "Uf")]
    [InlineData("Wf", "wf")]
    [InlineData("W", "Wf")]
    [InlineData("Wxh", "Whx")]
    [InlineData("d1", "d2")]
    [InlineData("d1", "d11")]
    [InlineData("bias1", "bias2")]
    [InlineData("gate_r", "gate_z")]
    public void NamesThatBelongTogether(string a, string b) => Assert.False(Words.NearMiss(a, b));
}
