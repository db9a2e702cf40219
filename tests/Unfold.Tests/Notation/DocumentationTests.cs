using Unfold.Notation;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Tests.Notation;

/// <summary>What docs/layers.md and docs/image.md say of the lists is so.</summary>
public sealed class DocumentationTests
{
    private static readonly string Layers = File.ReadAllText(Repository.At("docs", "layers.md")).ReplaceLineEndings("\n");
    private static readonly string Images = File.ReadAllText(Repository.At("docs", "image.md"));

    [Fact]
    public void EveryLayerStandsThereAsItIsUsed()
    {
        foreach (Signature signature in LayerKinds.Signatures.Values)
            Assert.Contains($"`{InTable(signature)}`", Layers);
    }

    [Fact]
    public void EveryAugmentationStandsThereAsItIsUsed()
    {
        foreach (Signature signature in AugmentationNotation.Signatures)
            Assert.Contains($"| `{InTable(signature)}` |", Images);
    }

    [Fact]
    public void ListsInTheDocumentAreUsable()
    {
        string[] blocks = [.. Layers.Split("```layers ").Skip(1)];
        Assert.Equal(3, blocks.Length);
        foreach (string block in blocks)
        {
            string[] parts = block.Split('\n', 2);
            NetworkPlan plan = NetworkPlan.Parse(parts[1].Split("```")[0], new Shape([.. parts[0].Split('x').Select(int.Parse)]));
            Assert.Equal(1, plan.Output.Rank);
        }
    }

    [Fact]
    public void TheTableInTheDocumentIsTheOneThatIsPrinted() =>
        Assert.Contains(NetworkPlan.Parse("conv 3x3 32, relu, pool 2, flatten, linear 10", new Shape(1, 28, 28)).Describe(), Layers);

    [Fact]
    public void TheMistakeInTheDocumentIsTheOneThatIsReported()
    {
        NotationException error = Assert.Throws<NotationException>(() => NetworkPlan.Parse("pool 2, pool 2, pool 2, conv 5x5 3", new Shape(1, 28, 28)));
        Assert.Contains(error.Message, Layers);
    }

    private static string InTable(Signature signature) => signature.ToString().Replace("|", "\\|", StringComparison.Ordinal);
}
