using Unfold.Autodiff;
using Unfold.Layers;

namespace Unfold.Models;

/// <summary>Writes text with a network, a token at a time, with the state carried: constant memory, constant cost a token.</summary>
internal sealed class TextGenerator(LanguageNetwork network, LanguageModelFile description)
{
    /// <summary>Prompts are read in pieces of this many tokens.</summary>
    private const int PromptChunk = 256;

    /// <summary>Reads the prompt, then chooses tokens and yields their texts.</summary>
    internal IEnumerable<string> Generate(int[] prompt, GenerationOptions options)
    {
        Tape tape = Tape.ForInference();
        TokenSampler sampler = new(options, description.Vocabulary.Count);
        RecurrentState state = network.Rnn.InitialState(1);
        int[] input = [description.StartToken, .. prompt];
        for (int first = 0; first < input.Length - 1; first += PromptChunk)
            Read(tape, input.AsSpan(first, Math.Min(PromptChunk, input.Length - 1 - first)), state);
        int[] last = [input[^1]];
        for (long position = 0; position < options.Length; position++)
        {
            bool lineStart = last[0] == description.Vocabulary.LineEnd;
            last[0] = Choose(tape, last, state, sampler, position);
            yield return description.Vocabulary.TextOf(last[0], lineStart);
        }
    }

    private void Read(Tape tape, ReadOnlySpan<int> tokens, RecurrentState state)
    {
        network.Forward(tape, tokens, tokens.Length, 1, state, state);
        tape.Reset();
    }

    private int Choose(Tape tape, ReadOnlySpan<int> last, RecurrentState state, TokenSampler sampler, long position)
    {
        int chosen = sampler.Choose(network.Forward(tape, last, 1, 1, state, state).Values, position);
        tape.Reset();
        return chosen;
    }
}
