using Unfold.Cells;
using Unfold.Measurement;

namespace Unfold.Tests.Measurement;

public sealed class LayerRunTests
{
    private static readonly LayerSize Size = new(5, 3, 4, 6);

    [Theory]
    [InlineData(LayerPass.Infer, 2 * 5 * 3 * 240)] // 4 gates, 6 × (4 + 6) weights each
    [InlineData(LayerPass.Train, 3 * 2 * 5 * 3 * 240)]
    [InlineData(LayerPass.Step, 2 * 3 * 240)]
    public void OperationsAreThoseOfTheWeightMatrices(LayerPass pass, double expected)
    {
        var layer = new LayerRun(Cell.Named("lstm"), Size, pass);
        Assert.Equal(expected, layer.Operations);
        Assert.Equal(expected / 2e6, layer.GigaFlops(new Timing(2, 1, 3)));
    }

    [Fact]
    public void AMatrixThatIsNotTrainedHasNoGradient()
    {
        // x enters by a fixed matrix of 6 × 4, the state by one of 6 × 6: forward and the gradients of x and state, none of the weights.
        var layer = new LayerRun(Cell.Named("echo_state"), Size, LayerPass.Train);
        Assert.Equal(2 * 2 * 5 * 3 * ((6 * 4) + (6 * 6)), layer.Operations);
    }

    [Fact]
    public void SizesAreWhatTheCellAndThePassWant()
    {
        Assert.Equal(Size with { T = 1 }, new LayerRun(Cell.Named("lstm"), Size, LayerPass.Step).Size);
        Assert.Equal(Size with { C = 6 }, new LayerRun(Cell.Named("mut1"), Size, LayerPass.Infer).Size);
        Assert.Throws<ArgumentOutOfRangeException>(() => new LayerRun(Cell.Named("lstm"), Size with { N = 0 }, LayerPass.Infer));
    }

    [Fact]
    public void TrainingWorksInMoreMemoryThanInferenceAndAllocatesNothing()
    {
        var train = new LayerRun(Cell.Named("gru"), Size with { T = 50 }, LayerPass.Train);
        var infer = new LayerRun(Cell.Named("gru"), Size with { T = 50 }, LayerPass.Infer);
        Assert.True(train.MeasureMemory() > infer.MeasureMemory());

        // At the least the outputs, [T, N, H] floats.
        Assert.True(infer.MeasureMemory() >= 50 * 3 * 6 * sizeof(float));
        Assert.Equal(train.MeasureMemory(), train.MeasureMemory());

        // The runtime itself allocates now and then on whatever thread it finds: the least of some runs counts.
        Assert.Equal(0, Enumerable.Range(0, 8).Min(_ => train.MeasureAllocation()));
    }
}
