using Unfold.Cells;

namespace Unfold.Tests.Cells.Syntax;

public sealed class ShapeTests
{
    [Theory]
    [InlineData("h' = W x", "W [H, C]")]
    [InlineData("h' = Wa Wb x", "Wa [H, H]|Wb [H, C]")]
    [InlineData("h' = W [h, x]", "W [H, C + H]")]
    [InlineData("h' = W [h, x, h] + b", "W [H, C + 2H]|b [H]")]
    [InlineData("h' = tanh(W x) * h + V (u * x)", "W [H, C]|V [H, C]|u [C]")]
    [InlineData("h' = V tanh(U h + b)", "V [H, H]|U [H, H]|b [H]")]
    [InlineData("a = U h + b\nh' = V (a * x)", "U [C, H]|b [C]|V [H, C]")]
    [InlineData("h' = V (a * x)\na = U h + b", "V [H, C]|U [C, H]|b [C]")]
    [InlineData("size m = 3\nstate c[m]\nc' = P h\nh' = Q c'", "P [m, H]|Q [H, m]")]
    [InlineData("state c[2 * H + 1]\nc' = P h\nh' = Q c'", "P [2H + 1, H]|Q [H, 2H + 1]")]
    [InlineData("state c[16]\nc' = P h\nh' = Q [c', x]", "P [16, H]|Q [H, C + 16]")]
    [InlineData("vector v[4]\nh' = h + W v", "W [H, 4]|v [4]")]
    [InlineData("matrix w[H, 5]\nh' = h + w b", "w [H, 5]|b [5]")]
    [InlineData("scalar B\nh' = B * h", "B scalar")]
    [InlineData("vector V\nh' = V * (W x)", "V [H]|W [H, C]")]
    [InlineData("h' = h * dot(a, W x)", "a [H]|W [H, C]")]
    [InlineData("state c[3]\nc' = c + [a, b, k]\nvector a[1]\nvector b[1]\nh' = W c", "a [1]|b [1]|k [1]|W [H, 3]")]
    [InlineData("h' = h + sum(u * v) + mean(U h)", "u [H]|v [H]|U [H, H]")]
    [InlineData("h' = zoneout(1, h, 0.5) + min(2, b)", "b [H]")]
    public void FollowFromTheirPlaces(string text, string expected) =>
        Assert.Equal(expected, string.Join("|", Cell.Parse(text).Parameters.Select(p => $"{p.Name} {p.Shape}")));

    [Theory]
    [InlineData("h' = tanh(x + U h)", 1)]
    [InlineData("a = W x\nh' = tanh(a + U h + x)", 2)]
    [InlineData("f = sigmoid(W x)\no = dot(x, h)\nh' = f * o * h", 2)]
    [InlineData("h' = x", 1)]
    [InlineData("state c[C]\nc' = h\nh' = h + W c", 2)]
    public void ACellThatAddsXToAHiddenVectorNeedsEqualSizes(string text, int line)
    {
        CellCheck check = Cell.Check(text, "t.cell");
        Assert.True(check.Cell!.NeedsEqualSizes);
        Assert.Contains($"needs C = H: line {line} ", check.Describe());
        Assert.DoesNotContain(check.Cell.Parameters, p => p.Shape.Contains('C'));
        Assert.DoesNotContain("C", string.Concat(check.Cell.Graph.Input.Shape));
    }

    [Fact]
    public void EqualSizesDoNotExcuseOtherMismatches()
    {
        CellCheck check = Cell.Check("size m = 2\nstate c[m]\nc' = c\nh' = x + h + c", "t.cell");
        Assert.Equal("`+` between vectors of sizes C and m", Assert.Single(check.Errors).Message);
    }

    [Theory]
    [InlineData("h' = 1", "[H]")]
    [InlineData("h' = sum(h)", "[H]")]
    [InlineData("h' = x\noutput = [h, h']", "[2H]")]
    [InlineData("size m = 7\nstate h[m]\nh' = W x", "[m]")]
    [InlineData("output = W x", "[H]")]
    public void OfTheOutput(string text, string shape) => Assert.Equal(shape, Cell.Parse(text).OutputShape);
}
