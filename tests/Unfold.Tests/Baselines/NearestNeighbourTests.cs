using Unfold.Baselines;
using Unfold.Data.Sequences;
using Unfold.Testing;

namespace Unfold.Tests.Baselines;

public sealed class NearestNeighbourTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 3)]
    [InlineData(3, 40)]
    public void Warping_is_its_definition(int width, int window)
    {
        float[] a = Series(20 * width, 1), b = Series(20 * width, 2), c = Series(23 * width, 3);
        WarpingDistance distance = new(width);
        double expected = Definition(a, b, width, window);
        Assert.Equal(expected, distance.Between(a, b, window, double.PositiveInfinity, default), 9);
        Assert.Equal(expected, distance.Between(a, b, window, expected + 0.001, WarpingDistance.Envelope(b, width, window)), 9);
        Assert.Equal(double.PositiveInfinity, distance.Between(a, b, window, expected * 0.999, WarpingDistance.Envelope(b, width, window)));
        Assert.Equal(Definition(a, c, width, Math.Max(window, 3)), distance.Between(a, c, window, double.PositiveInfinity, default), 9);
    }

    // Published by the archive's authors (timeseriesclassification.com), but BasicMotions without normalisation, which they measure with it; dynamic time warping with all steps.
    [DataTheory("ts-classification")]
    [InlineData("GunPoint", 0.9133, 0.9067)]
    [InlineData("ItalyPowerDemand", 0.9553, 0.9504)]
    [InlineData("ArrowHead", 0.8000, 0.7029)]
    [InlineData("ECG200", 0.8800, 0.7700)]
    [InlineData("SyntheticControl", 0.8800, 0.9933)]
    [InlineData("BasicMotions", 0.6000, 0.9750)]
    public void Known_accuracies_are_reached(string name, double euclidean, double warped)
    {
        SequenceFiles files = SequenceFiles.Load(DataSet.Path($"ts-classification/{name}"));
        Assert.Equal(euclidean, new NearestNeighbour(files.Training).Accuracy(files.Test!.WithClasses(files.Training.Classes)), 4);
        Assert.Equal(warped, new NearestNeighbour(files.Training, 1).Accuracy(files.Test.WithClasses(files.Training.Classes)), 4);
    }

    [Fact]
    public void Different_lengths_need_warping()
    {
        SequenceItem[] items = [new([1, 2, 3], "", [0], "a"), new([3, 2], "", [1], "b")];
        SequenceDataset data = new(SequenceInput.Series, 1, ["up", "down"], items);
        Assert.Contains("Give a window", Assert.Throws<ArgumentException>(() => new NearestNeighbour(data).Predict([1, 1, 3])).Message);
        Assert.Equal(0, new NearestNeighbour(data, 0.1).Predict([1, 1, 2, 3]));
    }

    private static float[] Series(int length, int seed) => [.. Enumerable.Range(0, length).Select(i => MathF.Sin((i * 0.7f * seed) + seed))];

    private static double Definition(float[] a, float[] b, int width, int window)
    {
        int n = a.Length / width, m = b.Length / width;
        double[,] cost = new double[n + 1, m + 1];
        for (int i = 0; i <= n; i++)
        {
            for (int j = 0; j <= m; j++)
            {
                cost[i, j] = i + j == 0 ? 0 : double.PositiveInfinity;
                if (i > 0 && j > 0 && Math.Abs(i - j) <= window)
                {
                    double step = Enumerable.Range(0, width).Sum(c => Math.Pow(a[((i - 1) * width) + c] - (double)b[((j - 1) * width) + c], 2));
                    cost[i, j] = step + Math.Min(cost[i - 1, j - 1], Math.Min(cost[i - 1, j], cost[i, j - 1]));
                }
            }
        }

        return cost[n, m];
    }
}
