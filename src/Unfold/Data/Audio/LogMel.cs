using System.Numerics;
using MathNet.Numerics.IntegralTransforms;

namespace Unfold.Data.Audio;

/// <summary>
/// What the ear makes of a recording, roughly: for each stretch of 25 ms, every 10 ms, the logarithm of the energy in bands that are evenly spaced in pitch.
/// </summary>
/// <remarks>
/// Effectively computes <c>log(1e-6 + sum over f of mel[b, f] |FFT(hann * frame)[f]|²)</c>, where mel are triangles that overlap by half on the mel scale <c>2595 log10(1 + f / 700)</c>, from 20 Hz to half
/// the rate. Shapes: samples <c>[S]</c> give <c>[T, B]</c>, T = 1 + (S - 25 ms) / 10 ms, one for a shorter recording. Sources: Davis and Mermelstein 1980; O'Shaughnessy 1987 for the scale.
/// </remarks>
public sealed class LogMel
{
    private const double FrameSeconds = 0.025, HopSeconds = 0.01, LowestFrequency = 20, Floor = 1e-6;

    private readonly int _frame, _hop, _size;
    private readonly double[] _window;
    private readonly double[][] _bands;
    private readonly int[] _firstBins;

    /// <summary>Prepares windows and bands.</summary>
    /// <param name="rate">Samples a second; 1000 or more.</param>
    /// <param name="bands">B, how many bands; 1 to 256.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public LogMel(int rate, int bands)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rate, 1000);
        ArgumentOutOfRangeException.ThrowIfLessThan(bands, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bands, 256);
        (Rate, Bands) = (rate, bands);
        (_frame, _hop) = ((int)(rate * FrameSeconds), (int)(rate * HopSeconds));
        _size = (int)BitOperations.RoundUpToPowerOf2((uint)_frame);
        _window = [.. Enumerable.Range(0, _frame).Select(i => 0.5 - (0.5 * Math.Cos(2 * Math.PI * i / _frame)))];
        (_bands, _firstBins) = (new double[bands][], new int[bands]);
        double low = Mel(LowestFrequency), high = Mel(rate / 2.0);
        for (int b = 0; b < bands; b++)
        {
            double[] edges = [.. Enumerable.Range(b, 3).Select(i => Hertz(low + ((high - low) * i / (bands + 1))))];
            double[] all = [.. Enumerable.Range(0, (_size / 2) + 1).Select(bin => Triangle((double)bin * rate / _size, edges))];
            int first = Array.FindIndex(all, weight => weight > 0);

            // A band that is narrower than the distance of two frequencies takes the nearest.
            _firstBins[b] = first >= 0 ? first : Math.Min(_size / 2, (int)Math.Round(edges[1] * _size / rate));
            _bands[b] = first >= 0 ? all[first..(Array.FindLastIndex(all, weight => weight > 0) + 1)] : [1];
        }
    }

    /// <summary>Samples a second of the recordings that it reads.</summary>
    public int Rate { get; }

    /// <summary>B, how many bands there are.</summary>
    public int Bands { get; }

    /// <summary>The bands of a recording.</summary>
    /// <param name="samples">The samples, one or more.</param>
    /// <returns>[T, B].</returns>
    public float[] Compute(ReadOnlySpan<float> samples)
    {
        int frames = 1 + (Math.Max(0, samples.Length - _frame) / _hop);
        float[] features = new float[frames * Bands];
        double[] buffer = new double[_size + 2];
        for (int t = 0; t < frames; t++)
        {
            Array.Clear(buffer);
            ReadOnlySpan<float> frame = samples[(t * _hop)..Math.Min(samples.Length, (t * _hop) + _frame)];
            for (int i = 0; i < frame.Length; i++)
                buffer[i] = frame[i] * _window[i];
            Fourier.ForwardReal(buffer, _size, FourierOptions.NoScaling);
            for (int b = 0; b < Bands; b++)
            {
                double energy = Floor;
                for (int i = 0; i < _bands[b].Length; i++)
                {
                    int bin = 2 * (_firstBins[b] + i);
                    energy += _bands[b][i] * ((buffer[bin] * buffer[bin]) + (buffer[bin + 1] * buffer[bin + 1]));
                }

                features[(t * Bands) + b] = (float)Math.Log(energy);
            }
        }

        return features;
    }

    private static double Mel(double hertz) => 2595 * Math.Log10(1 + (hertz / 700));

    private static double Hertz(double mel) => 700 * (Math.Pow(10, mel / 2595) - 1);

    private static double Triangle(double hertz, double[] edges) =>
        Math.Max(0, Math.Min((hertz - edges[0]) / (edges[1] - edges[0]), (edges[2] - hertz) / (edges[2] - edges[1])));
}
