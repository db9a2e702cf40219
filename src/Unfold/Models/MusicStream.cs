using Unfold.Autodiff;
using Unfold.Data.Music;
using Unfold.Kernels.Random;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>A piece that is read or composed as it comes: at each moment there are probabilities of the notes of the next step. For one thread.</summary>
public sealed class MusicStream
{
    private const uint Place = 0x434F_4D50;

    private readonly MusicNetwork _network;
    private readonly RecurrentState _state;
    private readonly Tape _tape = Tape.ForInference();
    private readonly Tensor _input = Tensor.Zeros(new Shape(1, MusicPieces.PitchCount));
    private readonly Tensor _output;
    private readonly float[] _logits = new float[MusicPieces.PitchCount];

    internal MusicStream(MusicNetwork network)
    {
        (_network, _state) = (network, network.Layer.InitialState(1));
        _output = Tensor.Zeros(new Shape(1, network.Layer.OutputSize));
        Foresee();
    }

    /// <summary>The steps that were read.</summary>
    public int Steps { get; private set; }

    /// <summary>The probability of each pitch in the next step, from 21 up: 88 numbers.</summary>
    public IReadOnlyList<float> Probabilities => [.. _logits.Select(logit => (float)(1 / (1 + Math.Exp(-logit))))];

    /// <summary>Reads a step.</summary>
    /// <param name="pitches">What sounds in it, 21 to 108.</param>
    /// <exception cref="ArgumentException">A pitch is out of range.</exception>
    public void Read(ReadOnlySpan<int> pitches)
    {
        _input.Span.Clear();
        foreach (int pitch in pitches)
        {
            if (pitch is < MusicPieces.LowestPitch or >= MusicPieces.LowestPitch + MusicPieces.PitchCount)
                throw new ArgumentException($"MusicStream expects pitches from {MusicPieces.LowestPitch} to {MusicPieces.LowestPitch + MusicPieces.PitchCount - 1}, but got {pitch}.");
            _input.Span[pitch - MusicPieces.LowestPitch] = 1;
        }

        Steps++;
        Foresee();
    }

    /// <summary>Chooses the notes of the next step.</summary>
    internal int[] Choose(double temperature, ulong seed, bool greedy)
    {
        List<int> chosen = [];
        for (int i = 0; i < _logits.Length; i++)
        {
            double chance = 1 / (1 + Math.Exp(-_logits[i] / temperature));
            if (greedy ? _logits[i] > 0 : CountedRandom.Uniform(seed, Place, 0, (ulong)Steps, (uint)i) < chance)
                chosen.Add(MusicPieces.LowestPitch + i);
        }

        return [.. chosen];
    }

    private void Foresee()
    {
        _network.Layer.Step(_input, _state, _state, _output);
        _network.Output.Forward(_tape, _output).Values.CopyTo(_logits);
        _tape.Reset();
    }
}
