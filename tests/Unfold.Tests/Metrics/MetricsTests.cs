using System.Text.Json;
using Unfold.Metrics;
using Unfold.Tensors;
using Unfold.Testing;

namespace Unfold.Tests.Metrics;

/// <summary>Metrics equal what scikit-learn makes of the same answers: <c>golden/metrics.py</c> wrote the numbers.</summary>
public sealed class MetricsTests
{
    private static readonly JsonElement Golden =
        JsonDocument.Parse(File.ReadAllText(Repository.At("tests", "Unfold.Tests", "Metrics", "golden", "metrics.json"))).RootElement;

    public static TheoryData<string> Classifications() => [.. Names("classification")];

    public static TheoryData<string> Regressions() => [.. Names("regression")];

    [Theory]
    [MemberData(nameof(Classifications))]
    public void Counts_of_classes_give_the_same_numbers(string name)
    {
        JsonElement golden = Case("classification", name);
        ConfusionMatrix matrix = new(golden.GetProperty("classes").GetInt32());
        foreach ((int actual, int predicted) in Integers(golden, "actual").Zip(Integers(golden, "predicted")))
            matrix.Add(actual, predicted);
        for (int i = 0; i < matrix.Classes; i++)
        {
            for (int j = 0; j < matrix.Classes; j++)
                Assert.Equal(golden.GetProperty("matrix")[i][j].GetInt64(), matrix[i, j]);
            AreClose(golden.GetProperty("each"), [matrix.Precision(i), matrix.Recall(i), matrix.F1(i)], number => number[i]);
        }

        int[] subset = [.. Integers(golden, "subset")];
        Assert.Equal(golden.GetProperty("accuracy").GetDouble(), matrix.Accuracy, 1e-14);
        foreach ((string key, Averaging averaging) in new[] { ("macro", Averaging.Macro), ("micro", Averaging.Micro) })
        {
            AreClose(golden.GetProperty(key), [matrix.Precision(averaging), matrix.Recall(averaging), matrix.F1(averaging)]);
            AreClose(golden.GetProperty("subset_" + key), [matrix.Precision(averaging, subset), matrix.Recall(averaging, subset), matrix.F1(averaging, subset)]);
        }

        Assert.Equal(
            [new("accuracy", matrix.Accuracy), new("macro_precision", matrix.Precision(Averaging.Macro)), new("macro_recall", matrix.Recall(Averaging.Macro)), new("macro_f1", matrix.F1(Averaging.Macro))],
            matrix.Summary());
    }

    [Fact]
    public void The_first_k_classes_give_the_same_accuracy()
    {
        JsonElement golden = Golden.GetProperty("top_k");
        int classes = golden.GetProperty("classes").GetInt32();
        int[] labels = [.. Integers(golden, "labels")];
        Tensor scores = Tensor.From([.. Floats(golden, "scores")], new Shape(labels.Length, classes));
        for (int k = 1; k < classes; k++)
            Assert.Equal(golden.GetProperty("accuracy")[k - 1].GetDouble(), Classification.TopKAccuracy(scores, labels, k), 1e-14);
        Assert.Equal(1, Classification.TopKAccuracy(scores, labels, classes));
        ConfusionMatrix matrix = new(classes);
        matrix.Add(scores, labels);
        Assert.Equal(Classification.Accuracy(scores, labels), matrix.Accuracy);
    }

    [Theory]
    [MemberData(nameof(Regressions))]
    public void Errors_of_numbers_are_the_same(string name)
    {
        JsonElement golden = Case("regression", name);
        float[] y = [.. Floats(golden, "actual")], p = [.. Floats(golden, "predicted")];
        (string Key, double Value)[] found =
        [
            ("mse", Regression.MeanSquaredError(y, p)),
            ("rmse", Regression.RootMeanSquaredError(y, p)),
            ("mae", Regression.MeanAbsoluteError(y, p)),
            ("mape", Regression.MeanAbsolutePercentageError(y, p)),
            ("smape", Regression.SymmetricMeanAbsolutePercentageError(y, p)),
            ("mase", Regression.MeanAbsoluteScaledError(y, p, [.. Floats(golden, "training")], golden.GetProperty("period").GetInt32())),
            ("r2", Regression.RSquared(y, p)),
        ];
        Assert.All(found, metric =>
        {
            double expected = golden.GetProperty(metric.Key).GetDouble();
            Assert.True(Math.Abs(metric.Value - expected) <= 1e-12 * Math.Max(1, Math.Abs(expected)), $"{metric.Key}: {metric.Value} instead of {expected}");
        });
    }

    private static IEnumerable<string> Names(string kind) => Golden.GetProperty(kind).EnumerateArray().Select(item => item.GetProperty("name").GetString()!);

    private static JsonElement Case(string kind, string name) =>
        Golden.GetProperty(kind).EnumerateArray().Single(item => item.GetProperty("name").GetString() == name);

    private static IEnumerable<int> Integers(JsonElement json, string name) => json.GetProperty(name).EnumerateArray().Select(item => item.GetInt32());

    private static IEnumerable<float> Floats(JsonElement json, string name) => json.GetProperty(name).EnumerateArray().Select(item => item.GetSingle());

    private static void AreClose(JsonElement expected, double[] actual, Func<JsonElement, JsonElement>? choose = null)
    {
        for (int i = 0; i < actual.Length; i++)
            Assert.Equal((choose?.Invoke(expected[i]) ?? expected[i]).GetDouble(), actual[i], 1e-14);
    }
}
