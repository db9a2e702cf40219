using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>Windows of a normalised series as rows of a network, each seen from its own point of view, and the way back. For one thread.</summary>
/// <param name="values">[T, C], normalised.</param>
/// <param name="network">The network whose rows are filled.</param>
internal sealed class ForecastWindows(float[] values, ForecastNetwork network)
{
    private const double LeastVariance = 1e-5;

    private readonly ForecasterOptions _options = network.Options;
    private Tensor _x = Tensor.Zeros(new Shape(0)), _targets = Tensor.Zeros(new Shape(0));
    private float[] _shift = [], _scale = [];

    /// <summary>How many steps there are.</summary>
    internal int Steps => values.Length / network.Variables;

    /// <summary>[T, C], normalised.</summary>
    internal ReadOnlySpan<float> Values => values;

    /// <summary>The inputs of windows: [S, R, w].</summary>
    /// <param name="starts">For each window the first step to be forecast.</param>
    internal Tensor Inputs(ReadOnlySpan<int> starts)
    {
        int variables = network.Variables, rows = starts.Length * network.RowsOfWindow, segments = _options.LookBack / _options.Segment;
        Shape shape = new(segments, rows, network.SegmentWidth);
        if (_x.Shape != shape)
            (_x, _shift, _scale) = (Tensor.Zeros(shape), new float[starts.Length * variables], new float[starts.Length * variables]);
        Span<float> x = _x.Span;
        for (int n = 0; n < starts.Length; n++)
        {
            int first = starts[n] - _options.LookBack;
            for (int c = 0; c < variables; c++)
            {
                int view = (n * variables) + c;
                (_shift[view], _scale[view]) = View(first, c);
                for (int t = 0; t < _options.LookBack; t++)
                    x[Place(rows, n, c, t, 1, 0)] = (values[((first + t) * variables) + c] - _shift[view]) / _scale[view];
            }
        }

        return _x;
    }

    /// <summary>The truth of the windows last given to <see cref="Inputs"/>, as the network sees it: [F, R, w Q], each once for every quantile.</summary>
    /// <param name="starts">The same windows.</param>
    internal Tensor Targets(ReadOnlySpan<int> starts)
    {
        int variables = network.Variables, rows = starts.Length * network.RowsOfWindow, quantiles = _options.QuantileCount;
        Shape shape = new(_options.Horizon / _options.Segment, rows, network.SegmentWidth * quantiles);
        if (_targets.Shape != shape)
            _targets = Tensor.Zeros(shape);
        Span<float> targets = _targets.Span;
        for (int n = 0; n < starts.Length; n++)
        {
            for (int c = 0; c < variables; c++)
            {
                int view = (n * variables) + c;
                for (int h = 0; h < _options.Horizon; h++)
                    targets.Slice(Place(rows, n, c, h, quantiles, 0), quantiles).Fill((values[((starts[n] + h) * variables) + c] - _shift[view]) / _scale[view]);
            }
        }

        return _targets;
    }

    /// <summary>A forecast of the windows last given to <see cref="Inputs"/>, back on the scale of the values.</summary>
    /// <param name="forecasts">What the network gave, [F, R, w Q].</param>
    /// <param name="window">Which window.</param>
    /// <param name="found">[H, C, Q], to be written.</param>
    internal void Read(Tensor forecasts, int window, Span<float> found)
    {
        int variables = network.Variables, quantiles = _options.QuantileCount, rows = forecasts.Shape[1];
        ReadOnlySpan<float> given = forecasts.Values;
        for (int h = 0; h < _options.Horizon; h++)
        {
            for (int c = 0; c < variables; c++)
            {
                int view = (window * variables) + c;
                for (int q = 0; q < quantiles; q++)
                    found[(((h * variables) + c) * quantiles) + q] = (given[Place(rows, window, c, h, quantiles, q)] * _scale[view]) + _shift[view];
            }
        }
    }

    private int Place(int rows, int window, int variable, int step, int quantiles, int quantile)
    {
        int together = network.VariablesInRow;
        int row = (window * network.RowsOfWindow) + (together == 1 ? variable : 0), column = (step % _options.Segment * together) + (together == 1 ? 0 : variable);
        return (((step / _options.Segment * rows) + row) * network.SegmentWidth * quantiles) + (column * quantiles) + quantile;
    }

    private (float Shift, float Scale) View(int first, int variable)
    {
        int variables = network.Variables, steps = _options.LookBack;
        if (_options.View == WindowView.AsIs)
            return (0, 1);
        if (_options.View == WindowView.FromLast)
            return (values[((first + steps - 1) * variables) + variable], 1);
        double sum = 0, squares = 0;
        for (int t = 0; t < steps; t++)
            sum += values[((first + t) * variables) + variable];
        double mean = sum / steps;
        for (int t = 0; t < steps; t++)
            squares += Math.Pow(values[((first + t) * variables) + variable] - mean, 2);
        return ((float)mean, (float)Math.Sqrt((squares / steps) + LeastVariance));
    }
}
