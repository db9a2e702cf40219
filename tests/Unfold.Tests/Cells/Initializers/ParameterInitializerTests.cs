using Unfold.Cells.Initializers;
using Init = Unfold.Cells.Graph.Initialization;
using Kind = Unfold.Cells.Graph.InitializationKind;

namespace Unfold.Tests.Cells.Initializers;

public sealed class ParameterInitializerTests
{
    [Theory]
    [InlineData("Zeros", "0")]
    [InlineData("Constant", "0.5")]
    [InlineData("Identity", "identity")]
    [InlineData("Orthogonal", "orthogonal")]
    [InlineData("Glorot", "glorot_uniform")]
    [InlineData("He", "he_normal")]
    [InlineData("Lecun", "lecun_normal")]
    [InlineData("Normal", "normal(0.5, 0.75)")]
    [InlineData("Uniform", "uniform(0.5, 0.75)")]
    [InlineData("LogUniform", "log_uniform(0.5, 0.75)")]
    [InlineData("SpectralRadius", "spectral_radius(0.5, 0.75)")]
    public void Each_word_has_its_initializer(string kind, string initializer) =>
        Assert.Equal(initializer, ParameterInitializer.For(new Init(Enum.Parse<Kind>(kind), 0.5, 0.75)).ToString());

    [Fact]
    public void No_word_is_forgotten()
    {
        foreach (Kind kind in Enum.GetValues<Kind>())
            Assert.NotNull(ParameterInitializer.For(new Init(kind, 0.5, 0.75)));
    }
}
