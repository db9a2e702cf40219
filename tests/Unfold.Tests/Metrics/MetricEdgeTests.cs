using Unfold.Metrics;
using Unfold.Tensors;

namespace Unfold.Tests.Metrics;

/// <summary>What metrics are where their definitions leave it open.</summary>
public sealed class MetricEdgeTests
{
    [Fact]
    public void Nothing_counted_is_not_a_number()
    {
        ConfusionMatrix matrix = new(3);
        Assert.True(double.IsNaN(matrix.Accuracy) && double.IsNaN(matrix.F1(Averaging.Macro)) && double.IsNaN(matrix.Precision(Averaging.Micro, 1)));
        Assert.Equal((0, 0, 0), (matrix.Precision(1), matrix.Recall(1), matrix.F1(1)));
        Assert.True(double.IsNaN(Classification.Accuracy(Tensor.From([1, 2], new Shape(1, 2)), [Classification.NoLabel])));
    }

    [Fact]
    public void Of_equal_scores_the_first_goes_first_and_nan_never()
    {
        Tensor scores = Tensor.From([1, 1, 0, 0, float.NaN, -1, float.NaN, float.NaN, float.NaN], new Shape(3, 3));
        Assert.Equal(1, Classification.Accuracy(scores, [0, 0, -100]));
        Assert.Equal(0, Classification.Accuracy(scores, [1, 2, -100]));
        Assert.Equal(0.5, Classification.TopKAccuracy(scores, [1, 1, -100], 3));
        Assert.Equal(0, Classification.TopKAccuracy(scores, [-100, -100, 0], 3));
        ConfusionMatrix matrix = new(3);
        matrix.Add(scores, [1, 2, -100]);
        Assert.Equal((2, 1, 1), ((int)matrix.Total, (int)matrix[1, 0], (int)matrix[2, 0]));
    }

    [Fact]
    public void A_series_that_repeats_itself_has_no_scale()
    {
        Assert.Equal(double.PositiveInfinity, Regression.MeanAbsoluteScaledError([1], [2], [3, 3, 3]));
        Assert.True(double.IsNaN(Regression.MeanAbsoluteScaledError([1], [1], [3, 4, 3, 4], period: 2)));
        Assert.True(double.IsNaN(Regression.RSquared([1], [1])));
        Assert.True(double.IsNaN(Regression.MeanAbsoluteError([float.NaN], [1])));
        Assert.Equal(2, Regression.SymmetricMeanAbsolutePercentageError([0, 1], [1, -1]));
    }

    [Fact]
    public void Perplexity_is_the_number_of_choices() => Assert.Equal(65, Classification.Perplexity(Math.Log(65)), 1e-12);

    [Fact]
    public void Runs_are_put_together_by_mean_and_sample_deviation()
    {
        IReadOnlyList<MetricSummary> summary = MetricSummary.Of(
        [
            new Dictionary<string, double> { ["loss"] = 1, ["accuracy"] = 0.5 },
            new Dictionary<string, double> { ["loss"] = 2 },
            new Dictionary<string, double> { ["loss"] = 6, ["f1"] = double.NaN },
        ]);
        Assert.Equal(["loss", "accuracy", "f1"], summary.Select(metric => metric.Name));
        Assert.Equal((3, Math.Sqrt(7), 3), (summary[0].Mean, summary[0].Deviation, summary[0].Count));
        Assert.Equal("3.0000 ± 2.6458", summary[0].ToString());
        Assert.Equal(("0.5000", 1, true), (summary[1].ToString(), summary[1].Count, double.IsNaN(summary[1].Deviation)));
        Assert.True(double.IsNaN(summary[2].Mean));
    }

    [Fact]
    public void A_confusion_matrix_is_a_table()
    {
        ConfusionMatrix matrix = new("cat", "elephant");
        matrix.Add(0, 0);
        matrix.Add(0, 1);
        matrix.Add(1, 1);
        Assert.Equal(
            """
            actual        cat elephant    recall  precision       f1
            cat             1        1    0.5000     1.0000   0.6667
            elephant        0        1    1.0000     0.5000   0.6667
            """,
            matrix.ToString());
    }

    [Fact]
    public void What_does_not_belong_together_is_refused()
    {
        ConfusionMatrix matrix = new(2);
        Assert.Throws<ArgumentOutOfRangeException>(() => new ConfusionMatrix(0));
        Assert.Throws<ArgumentException>(() => new ConfusionMatrix());
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Add(2, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => matrix.Recall(-1));
        Assert.Contains("V=2", Assert.Throws<ArgumentException>(() => matrix.Add(Tensor.From(1, 2, 3), [0])).Message);
        Assert.Contains("2 labels", Assert.Throws<ArgumentException>(() => Classification.Accuracy(Tensor.From(1, 2), [0, 1])).Message);
        Assert.Throws<ArgumentException>(() => Classification.TopKAccuracy(Tensor.From(1, 2), [2], 1));
        Assert.Throws<ArgumentException>(() => Classification.TopKAccuracy(Tensor.From(1, 2), [1], 0));
        Assert.Contains("2 actual and 1 predicted", Assert.Throws<ArgumentException>(() => Regression.MeanAbsoluteError([1, 2], [1])).Message);
        Assert.Throws<ArgumentException>(() => Regression.RSquared([], []));
        Assert.Contains("period 3", Assert.Throws<ArgumentException>(() => Regression.MeanAbsoluteScaledError([1], [1], [1, 2, 3], 3)).Message);
    }
}
