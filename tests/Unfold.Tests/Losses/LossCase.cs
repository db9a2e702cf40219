using Unfold.Autodiff;
using Unfold.Losses;
using Unfold.Tensors;
using Unfold.Tests.Autodiff.Operations;

namespace Unfold.Tests.Losses;

/// <summary>
/// A loss of random predictions [rows, columns] and given targets, beside its reference, which is a sum: <see cref="Verify"/> shows for the
/// sum and the mean that the reference's gradient is that of its value, and that the tape computes both.
/// </summary>
internal sealed class LossCase(int rows, int columns)
{
    public delegate Tensor TapeLoss(Tape tape, Tensor x, LossReduction reduction);

    public delegate void SumBackward(double d, double[] x, double[] dx);

    /// <summary>Rows and columns: around the vector widths, within and beyond a tile of 1024, and enough for a team.</summary>
    public static TheoryData<int, int> Sizes => new()
    {
        { 1, 1 }, { 1, 7 }, { 2, 8 }, { 3, 9 }, { 5, 15 }, { 4, 16 }, { 3, 17 }, { 2, 33 }, { 4, 256 }, { 5, 1027 }, { 70, 301 },
    };

    public required TapeLoss Tape { get; init; }

    public required Func<double[], double> Sum { get; init; }

    public required SumBackward Backward { get; init; }

    /// <summary>What the mean divides by; the number of elements if not given.</summary>
    public double? Count { get; init; }

    /// <summary>Keeps predictions away from 0, where the loss has a corner.</summary>
    public bool AvoidZero { get; init; }

    public void Verify(int seed = 1)
    {
        foreach (LossReduction reduction in new[] { LossReduction.Mean, LossReduction.Sum })
        {
            double count = reduction == LossReduction.Mean ? Count ?? rows * columns : 1;
            new OperationCase(new Shape(rows, columns))
            {
                Tape = (tape, x) => Tape(tape, x[0], reduction),
                Forward = (x, y) => y[0] = Sum(x[0]) / count,
                Backward = (d, x, y, g) => Backward(d[0] / count, x[0], g[0]),
                Length = 1,
                AvoidZero = AvoidZero,
                CheckReference = rows * columns < 200,
            }.Verify(seed);
        }
    }

    /// <summary>Numbers within ±scale, the same every time.</summary>
    public static double[] Numbers(int count, double scale, double phase) =>
        [.. Enumerable.Range(0, count).Select(i => (double)(float)(scale * Math.Sin(1.7 * i + phase)))];

    /// <summary>As a tensor's numbers.</summary>
    public static Tensor Tensor(double[] values, int rows, int columns) =>
        Unfold.Tensors.Tensor.From([.. values.Select(x => (float)x)], new Shape(rows, columns));

    /// <summary>A distribution in each row; the first row is sure of its first class, so that the others are exactly 0.</summary>
    public static double[] Distributions(int rows, int columns)
    {
        double[] result = new double[rows * columns];
        for (int row = 0; row < rows; row++)
        {
            double[] powers = [.. Numbers(columns, 1.5, 0.4 + row).Select(Math.Exp)];
            for (int i = 0; i < columns; i++)
                result[row * columns + i] = row == 0 ? (i == 0 ? 1 : 0) : (float)(powers[i] / powers.Sum());
        }

        return result;
    }
}
