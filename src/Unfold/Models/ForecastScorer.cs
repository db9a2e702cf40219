using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>Runs a network over windows outside training. For one thread at a time; any number may stand beside each other.</summary>
internal sealed class ForecastScorer(ForecastNetwork network, ForecastScale scale)
{
    private const int Batch = 64;

    private readonly Tape _tape = Tape.ForInference();

    /// <summary>The forecasts of windows, [H, C, Q] on the scale of the training part, one after the other.</summary>
    /// <param name="windows">The windows.</param>
    /// <param name="starts">For each window the first step to be forecast.</param>
    /// <param name="found">Told of each window's place in the list and its forecast.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    internal void Run(ForecastWindows windows, IReadOnlyList<int> starts, ForecastFound found, CancellationToken cancellationToken)
    {
        float[] forecast = new float[network.Options.Horizon * network.Variables * network.Options.QuantileCount];
        int[] batch = new int[Math.Min(Batch, starts.Count)];
        for (int first = 0; first < starts.Count; first += batch.Length)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int count = Math.Min(batch.Length, starts.Count - first);
            for (int n = 0; n < count; n++)
                batch[n] = starts[first + n];
            Tensor given = network.Forward(_tape, windows.Inputs(batch.AsSpan(0, count)));
            for (int n = 0; n < count; n++)
            {
                windows.Read(given, n, forecast);
                found(first + n, forecast);
            }

            _tape.Reset();
        }
    }

    /// <summary>Measures the forecasts that begin at the given steps.</summary>
    internal ForecastEvaluation Evaluate(ForecastWindows windows, IReadOnlyList<int> starts, Action<long>? done, CancellationToken cancellationToken)
    {
        ForecastMeasure measure = new(scale, windows.Values.ToArray(), network.Options.Quantiles);
        Run(windows, starts, (i, forecast) =>
        {
            measure.Add(starts[i], forecast);
            if (i % Batch == 0)
                done?.Invoke(i);
        }, cancellationToken);
        return measure.Finish("model");
    }
}

/// <summary>Receives a forecast.</summary>
/// <param name="window">Which window.</param>
/// <param name="forecast">[H, C, Q]; good until it returns.</param>
internal delegate void ForecastFound(int window, ReadOnlySpan<float> forecast);
