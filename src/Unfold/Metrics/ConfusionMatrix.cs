using Unfold.Tensors;

namespace Unfold.Metrics;

/// <summary>
/// How often which class was taken for which: a table of counts, actual classes down and predicted ones across, from which accuracy, precision,
/// recall and F1 follow. Grows batch by batch.
/// </summary>
/// <remarks>
/// With TP, FP and FN the items of a class that were found, those wrongly counted to it and those missed:
/// <c>precision = TP / (TP + FP)</c>, <c>recall = TP / (TP + FN)</c>, <c>F1 = 2 TP / (2 TP + FP + FN)</c>, the harmonic mean of both. A number whose
/// denominator is 0 (a class never predicted, or never there) is 0, and a macro average is over the classes that occur, actual or predicted, or else over
/// those that are asked for: as scikit-learn does by default. Before the first item accuracy and averages are NaN. Source: Van Rijsbergen 1979, "Information Retrieval", chapter 7.
/// </remarks>
public sealed class ConfusionMatrix
{
    private readonly long[,] _counts;

    /// <summary>Makes a table of zeros for classes without names.</summary>
    /// <param name="classes">V, the number of classes; 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no class.</exception>
    public ConfusionMatrix(int classes)
        : this([.. Enumerable.Range(0, classes >= 1 ? classes : throw new ArgumentOutOfRangeException(nameof(classes),
            $"ConfusionMatrix expects 1 class or more, but got {classes}.")).Select(i => i.ToString())])
    {
    }

    /// <summary>Makes a table of zeros.</summary>
    /// <param name="names">The classes' names, as a person reads them; class i has name i.</param>
    public ConfusionMatrix(params IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        if (names.Count == 0)
            throw new ArgumentException("ConfusionMatrix expects the name of 1 class or more, but got none.");
        Names = [.. names];
        _counts = new long[names.Count, names.Count];
    }

    /// <summary>The classes' names.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>V, the number of classes.</summary>
    public int Classes => Names.Count;

    /// <summary>The number of items so far.</summary>
    public long Total { get; private set; }

    /// <summary>The share of items whose class was predicted rightly; NaN before the first item.</summary>
    public double Accuracy
    {
        get
        {
            long right = 0;
            for (int i = 0; i < Classes; i++)
                right += _counts[i, i];
            return (double)right / Total;
        }
    }

    /// <summary>How many items of the actual class were taken for the predicted one.</summary>
    public long this[int actual, int predicted] => _counts[actual, predicted];

    /// <summary>Counts one item.</summary>
    /// <param name="actual">Its class, 0 to V - 1.</param>
    /// <param name="predicted">What it was taken for, 0 to V - 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public void Add(int actual, int predicted)
    {
        Require(actual, nameof(actual));
        Require(predicted, nameof(predicted));
        _counts[actual, predicted]++;
        Total++;
    }

    /// <summary>Counts the items of a batch: each is taken for the class of its greatest score, the first of equals.</summary>
    /// <param name="scores">Scores of the classes, such as logits, <c>[.., V]</c>.</param>
    /// <param name="labels">The actual classes, in the order of the rows.</param>
    /// <param name="ignoreIndex">The label that stands for none: its row counts for nothing. -100 by default.</param>
    /// <exception cref="ArgumentException">The scores are not of V classes, or there are not as many labels as rows.</exception>
    public void Add(Tensor scores, ReadOnlySpan<int> labels, int ignoreIndex = Classification.NoLabel)
    {
        if (scores.Shape.Rank == 0 || scores.Shape.Last != Classes)
            throw new ArgumentException($"ConfusionMatrix expects scores [.., V={Classes}], but got {scores.Shape}.");
        Classification.RequireLabels(nameof(ConfusionMatrix), scores, labels);
        for (int row = 0; row < labels.Length; row++)
        {
            if (labels[row] != ignoreIndex)
                Add(labels[row], Classification.Likeliest(scores.Values.Slice(row * Classes, Classes)));
        }
    }

    /// <summary>Of the items taken for a class, the share that are of it; 0 if there are none.</summary>
    public double Precision(int @class) => Precision(CountsOf(@class));

    /// <summary>Of the items of a class, the share that were found; 0 if there are none.</summary>
    public double Recall(int @class) => Recall(CountsOf(@class));

    /// <summary>The harmonic mean of a class's precision and recall; 0 if no item is of it or taken for it.</summary>
    public double F1(int @class) => F1(CountsOf(@class));

    /// <summary>The precision of several classes.</summary>
    /// <param name="averaging">How they become one.</param>
    /// <param name="classes">Which; all if none are given. Leave out a class such as "nothing" to measure how well the others are found.</param>
    public double Precision(Averaging averaging, params ReadOnlySpan<int> classes) => Average(averaging, classes, Precision);

    /// <summary>The recall of several classes; see <see cref="Precision(Averaging, ReadOnlySpan{int})"/>.</summary>
    /// <param name="averaging">How they become one.</param>
    /// <param name="classes">Which; all if none are given.</param>
    public double Recall(Averaging averaging, params ReadOnlySpan<int> classes) => Average(averaging, classes, Recall);

    /// <summary>The F1 of several classes; the macro average is the mean of the classes' F1. See <see cref="Precision(Averaging, ReadOnlySpan{int})"/>.</summary>
    /// <param name="averaging">How they become one.</param>
    /// <param name="classes">Which; all if none are given.</param>
    public double F1(Averaging averaging, params ReadOnlySpan<int> classes) => Average(averaging, classes, F1);

    /// <summary>The usual summary: <c>accuracy</c>, <c>macro_precision</c>, <c>macro_recall</c>, <c>macro_f1</c>.</summary>
    public IReadOnlyList<Metric> Summary() =>
    [
        new Metric("accuracy", Accuracy),
        new Metric("macro_precision", Precision(Averaging.Macro)),
        new Metric("macro_recall", Recall(Averaging.Macro)),
        new Metric("macro_f1", F1(Averaging.Macro)),
    ];

    /// <summary>The table as text, each actual class a line with its counts, recall, precision and F1.</summary>
    public override string ToString()
    {
        int label = Math.Max("actual".Length, Names.Max(name => name.Length));
        int width = Math.Max(5, 1 + Math.Max(Names.Max(name => name.Length), Enumerable.Range(0, Classes).Max(i => Enumerable.Range(0, Classes).Max(j => $"{_counts[i, j]}".Length))));
        IEnumerable<string> lines = Enumerable.Range(0, Classes).Select(i =>
            Names[i].PadRight(label) + string.Concat(Enumerable.Range(0, Classes).Select(j => $"{_counts[i, j]}".PadLeft(width)))
            + $"{Recall(i),10:F4}{Precision(i),11:F4}{F1(i),9:F4}");
        string head = "actual".PadRight(label) + string.Concat(Names.Select(name => name.PadLeft(width))) + $"{"recall",10}{"precision",11}{"f1",9}";
        return string.Join('\n', [head, .. lines]);
    }

    private static double Precision(Counts counts) => Ratio(counts.True, counts.True + counts.FalsePositive);

    private static double Recall(Counts counts) => Ratio(counts.True, counts.True + counts.FalseNegative);

    private static double F1(Counts counts) => Ratio(2 * counts.True, 2 * counts.True + counts.FalsePositive + counts.FalseNegative);

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    private double Average(Averaging averaging, ReadOnlySpan<int> classes, Func<Counts, double> measure)
    {
        Counts all = default;
        double sum = 0;
        int averaged = 0;
        bool chosen = classes.Length > 0;
        for (int i = 0; i < (chosen ? classes.Length : Classes); i++)
        {
            Counts counts = CountsOf(chosen ? classes[i] : i);
            all = new Counts(all.True + counts.True, all.FalsePositive + counts.FalsePositive, all.FalseNegative + counts.FalseNegative);
            if (!chosen && counts == default)
                continue;
            averaged++;
            sum += measure(counts);
        }

        return Total == 0 ? double.NaN : averaging == Averaging.Micro ? measure(all) : sum / averaged;
    }

    private Counts CountsOf(int @class)
    {
        Require(@class, nameof(@class));
        long actual = 0, predicted = 0;
        for (int i = 0; i < Classes; i++)
        {
            actual += _counts[@class, i];
            predicted += _counts[i, @class];
        }

        long right = _counts[@class, @class];
        return new Counts(right, predicted - right, actual - right);
    }

    private void Require(int @class, string name)
    {
        if ((uint)@class >= (uint)Classes)
            throw new ArgumentOutOfRangeException(name, $"ConfusionMatrix has the classes 0 to {Classes - 1}, but got {@class}.");
    }

    private readonly record struct Counts(long True, long FalsePositive, long FalseNegative);
}
