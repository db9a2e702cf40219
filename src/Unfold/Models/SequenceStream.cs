using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>
/// A sequence that is read as it comes: after each step there is a prediction for what was read so far, equal to the bit to that for a whole sequence that ends there. For one thread.
/// </summary>
public sealed class SequenceStream
{
    private readonly SequenceClassifierNetwork _network;
    private readonly SequencePreparation _preparation;
    private readonly SequenceScorer _scorer;
    private readonly SequenceLayer _layer;
    private readonly RecurrentState _state;
    private readonly Tape _tape = Tape.ForInference();
    private readonly Tensor _input, _output, _read, _mean;

    internal SequenceStream(SequenceClassifierNetwork network, SequencePreparation preparation, SequenceScorer scorer)
    {
        (_network, _preparation, _scorer, _layer) = (network, preparation, scorer, network.Encoder.Causal);
        _state = _layer.InitialState(1);
        _input = Tensor.Zeros(new Shape(1, _layer.InputSize));
        _output = Tensor.Zeros(new Shape(1, _layer.OutputSize));
        _read = Tensor.Zeros(_output.Shape);
        _mean = Tensor.Zeros(_output.Shape);
    }

    /// <summary>The steps since the sequence began.</summary>
    public int Steps { get; private set; }

    /// <summary>Begins another sequence.</summary>
    public void Restart()
    {
        _layer.Restart(_state, 0);
        Steps = 0;
    }

    /// <summary>Reads a step of a series.</summary>
    /// <param name="values">[C]: the numbers as they were measured.</param>
    /// <returns>What the sequence so far seems to be.</returns>
    /// <exception cref="ArgumentException">There are not C numbers.</exception>
    public SequencePrediction Read(ReadOnlySpan<float> values)
    {
        int channels = _preparation.Mean.Length;
        if (values.Length != channels)
            throw new ArgumentException($"SequenceStream expects the {channels} numbers of a step, but got {values.Length}.");
        for (int c = 0; c < channels; c++)
            _input.Span[c] = (values[c] - _preparation.Mean[c]) / _preparation.Deviation[c];
        _layer.Step(_input, _state, _state, _output);
        Gather();
        SequencePrediction prediction = _scorer.Prediction(_network.Output.Forward(_tape, _network.Reading == SequenceReading.Mean ? _mean : _read).Values);
        _tape.Reset();
        return prediction;
    }

    private void Gather()
    {
        bool isFirst = Steps++ == 0;
        Span<float> read = _read.Span;
        for (int i = 0; i < read.Length; i++)
        {
            float value = _output.Values[i];
            read[i] = isFirst || _network.Reading == SequenceReading.Last ? value
                : _network.Reading == SequenceReading.Max ? (value > read[i] || float.IsNaN(value) ? value : read[i])
                : read[i] + value;
            _mean.Span[i] = read[i] / Steps;
        }
    }
}
