using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Unfold.Baselines;

/// <summary>
/// A single linear layer from the steps looked back on to the steps forecast, the same for each channel and of one channel alone, fitted by least squares: a baseline that many deep forecasters
/// fail to beat.
/// </summary>
/// <remarks>
/// Effectively computes <c>y = x_L + W (x - x_L) + b</c>, where x_L is the last value and W <c>[H, L]</c> minimises the squared error over all windows and channels, plus a little ridge that keeps
/// short series in bounds. Source: Zeng et al. 2023 (there NLinear, fitted by gradient descent).
/// </remarks>
public sealed class LinearForecaster : SeriesForecaster
{
    private readonly double[] _weights;
    private readonly double[] _biases;

    private LinearForecaster(int lookBack, double[] weights, double[] biases) => (LookBack, _weights, _biases) = (lookBack, weights, biases);

    /// <inheritdoc/>
    public override string Name => "linear";

    /// <inheritdoc/>
    public override int LookBack { get; }

    /// <summary>Fits the layer to all windows of a series.</summary>
    /// <param name="series">[T, C] of values of like size, as normalised ones; T of L + H or more.</param>
    /// <param name="width">C.</param>
    /// <param name="lookBack">L; 1 to 4096.</param>
    /// <param name="horizon">H; 1 or more.</param>
    /// <param name="ridge">What is added to the diagonal of the mean products; above 0; default 1e-4.</param>
    /// <exception cref="ArgumentException">A number is out of range, or the series is too short.</exception>
    public static LinearForecaster Fit(ReadOnlySpan<float> series, int width, int lookBack, int horizon, double ridge = 1e-4)
    {
        if (width < 1 || lookBack is < 1 or > 4096 || horizon < 1 || !(ridge > 0) || series.Length % Math.Max(1, width) != 0 || series.Length / width < lookBack + horizon)
        {
            throw new ArgumentException($"LinearForecaster expects a look-back of 1 to 4096, a horizon of 1 or more, a ridge above 0 and a series of as many steps as both together, but got look-back "
                + $"{lookBack}, horizon {horizon}, ridge {ridge} and {series.Length / Math.Max(1, width)} steps.");
        }

        int steps = series.Length / width, windows = steps - lookBack - horizon + 1, inputs = lookBack + 1, all = inputs + horizon;

        // Sums of products of [x - x_L, 1] with itself and with y - x_L, over blocks of windows so that the library multiplies matrices.
        Matrix<double> sums = new DenseMatrix(inputs, all);
        const int Block = 512;
        double[] rows = new double[Block * all];
        int filled = 0;
        for (int c = 0; c < width; c++)
        {
            for (int t = 0; t < windows; t++)
            {
                double last = series[((t + lookBack - 1) * width) + c];
                for (int i = 0; i < lookBack; i++)
                    rows[(i * Block) + filled] = series[((t + i) * width) + c] - last;
                rows[(lookBack * Block) + filled] = 1;
                for (int h = 0; h < horizon; h++)
                    rows[((inputs + h) * Block) + filled] = series[((t + lookBack + h) * width) + c] - last;
                if (++filled == Block)
                    Add();
            }
        }

        Add();
        double count = (double)windows * width;
        Matrix<double> squares = sums.SubMatrix(0, inputs, 0, inputs) / count;
        for (int i = 0; i < lookBack; i++)
            squares[i, i] += ridge;
        squares[lookBack - 1, lookBack - 1] += 1;
        Matrix<double> solution = squares.Cholesky().Solve(sums.SubMatrix(0, inputs, inputs, horizon) / count);
        double[] weights = new double[horizon * lookBack], biases = new double[horizon];
        for (int h = 0; h < horizon; h++)
        {
            for (int i = 0; i < lookBack; i++)
                weights[(h * lookBack) + i] = solution[i, h];
            biases[h] = solution[lookBack, h];
        }

        return new LinearForecaster(lookBack, weights, biases);

        void Add()
        {
            for (int column = 0; column < all; column++)
                rows.AsSpan((column * Block) + filled, Block - filled).Clear();
            Matrix<double> block = new DenseMatrix(Block, all, rows);
            sums += block.SubMatrix(0, Block, 0, inputs).TransposeThisAndMultiply(block);
            filled = 0;
        }
    }

    private protected override void Compute(ReadOnlySpan<float> history, int width, Span<float> forecast)
    {
        int horizon = forecast.Length / width;
        if (horizon > _biases.Length)
            throw new ArgumentException($"The linear forecast was fitted for {_biases.Length} steps, but {horizon} were asked for.");
        ReadOnlySpan<float> last = history[^(LookBack * width)..];
        for (int c = 0; c < width; c++)
        {
            double level = last[last.Length - width + c];
            for (int h = 0; h < horizon; h++)
            {
                double sum = _biases[h];
                for (int i = 0; i < LookBack; i++)
                    sum += _weights[(h * LookBack) + i] * (last[(i * width) + c] - level);
                forecast[(h * width) + c] = (float)(level + sum);
            }
        }
    }
}
