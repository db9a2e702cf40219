using Unfold.Autodiff;
using Unfold.Layers;
using Unfold.Losses;
using Unfold.Tensors;

namespace Unfold.Models;

/// <summary>Measures how a network predicts a stretch of tokens, without changing anything. Not for several threads at once.</summary>
internal sealed class TokenScorer
{
    /// <summary>Tokens that a lane reads before those that count, so that its state is as good as carried.</summary>
    internal const int WarmUp = 256;

    /// <summary>Lanes side by side in <see cref="MeanLoss"/>.</summary>
    private const int MostLanes = 16;

    /// <summary>The most logits at a time: 8 MiB.</summary>
    private const int LogitsAtOnce = 1 << 21;

    private readonly LanguageNetwork _network;
    private readonly int _start;
    private readonly int _vocabulary;
    private readonly Tape _tape = Tape.ForInference();

    /// <summary>Prepares for a network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="start">The token that stands before the first one.</param>
    internal TokenScorer(LanguageNetwork network, int start)
    {
        _network = network;
        _start = start;
        _vocabulary = network.Encoder.VocabularySize;
    }

    /// <summary>Scores tokens in order with the state carried from the first to the last.</summary>
    /// <param name="tokens">The tokens; the first is predicted from the start of a line.</param>
    /// <param name="losses">Receives each token's loss in nats.</param>
    /// <param name="done">Told how many tokens are done.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>How many tokens were the likeliest.</returns>
    internal long Score(ReadOnlySpan<int> tokens, Span<float> losses, Action<long>? done, CancellationToken cancellationToken)
    {
        int chunk = Math.Clamp(LogitsAtOnce / _vocabulary, 16, 512);
        int[] inputs = new int[Math.Min(chunk, tokens.Length)];
        RecurrentState state = _network.Rnn.InitialState(1);
        long right = 0;
        for (int first = 0; first < tokens.Length; first += chunk)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int length = Math.Min(chunk, tokens.Length - first);
            inputs[0] = first == 0 ? _start : tokens[first - 1];
            tokens.Slice(first, length - 1).CopyTo(inputs.AsSpan(1));
            Tensor logits = _network.Forward(_tape, inputs.AsSpan(0, length), length, 1, state, state);
            SoftmaxCrossEntropy.PerRow(logits, tokens.Slice(first, length), losses.Slice(first, length));
            right += CountRight(logits, tokens.Slice(first, length));
            _tape.Reset();
            done?.Invoke(first + length);
        }

        return right;
    }

    /// <summary>
    /// The mean loss of tokens, by lanes side by side, which is many times faster than <see cref="Score"/>: each lane but the first reads the
    /// <see cref="WarmUp"/> tokens before its own stretch first. Short texts are scored in order.
    /// </summary>
    internal double MeanLoss(int[] tokens, Action<long>? done, CancellationToken cancellationToken)
    {
        int lanes = Math.Min(MostLanes, tokens.Length / (4 * WarmUp));
        if (lanes < 2)
        {
            float[] losses = new float[tokens.Length];
            Score(tokens, losses, done, cancellationToken);
            return Sum(losses) / tokens.Length;
        }

        return MeanLossOfLanes(tokens, lanes, done, cancellationToken);
    }

    /// <summary>A sum in double precision.</summary>
    internal static double Sum(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (float value in values)
            sum += value;
        return sum;
    }

    private double MeanLossOfLanes(int[] tokens, int lanes, Action<long>? done, CancellationToken cancellationToken)
    {
        int stretch = (tokens.Length + lanes - 1) / lanes;
        int chunk = Math.Clamp(LogitsAtOnce / _vocabulary / lanes, 4, 128);
        int[] inputs = new int[chunk * lanes];
        int[] targets = new int[chunk * lanes];
        float[] losses = new float[chunk * lanes];
        RecurrentState initial = _network.Rnn.InitialState(lanes);
        RecurrentState state = initial.Copy();
        double sum = 0;
        for (int first = -WarmUp; first < stretch;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            int end = Math.Min(first + chunk, first < 0 ? 0 : stretch);
            Fill(tokens, lanes, stretch, first, end, inputs, targets);
            int items = (end - first) * lanes;
            Tensor logits = _network.Forward(_tape, inputs.AsSpan(0, items), end - first, lanes, state, state);
            if (first >= 0)
            {
                SoftmaxCrossEntropy.PerRow(logits, targets.AsSpan(0, items), losses.AsSpan(0, items));
                sum += Sum(losses.AsSpan(0, items));
                done?.Invoke(Math.Min(tokens.Length, (long)end * lanes));
            }


            // The first lane has nothing before it to warm up with: it begins as the whole text does.
            if (end == 0)
                CopyFirstRow(initial, state);
            _tape.Reset();
            first = end;
        }

        return sum / tokens.Length;
    }

    /// <summary>Lane n reads the tokens before those at n stretch + t, for t from <paramref name="first"/>; there is no target while it warms up and beyond the end.</summary>
    private void Fill(int[] tokens, int lanes, int stretch, int first, int end, int[] inputs, int[] targets)
    {
        for (int t = first; t < end; t++)
        {
            for (int n = 0; n < lanes; n++)
            {
                long place = (long)n * stretch + t;
                int index = (t - first) * lanes + n;
                inputs[index] = place >= 1 && place <= tokens.Length ? tokens[place - 1] : _start;
                targets[index] = t >= 0 && place < tokens.Length ? tokens[place] : SoftmaxCrossEntropy.NoTarget;
            }
        }
    }

    private static void CopyFirstRow(RecurrentState from, RecurrentState to)
    {
        for (int i = 0; i < to.Tensors.Count; i++)
            from.Tensors[i].Slice(0, 1).Values.CopyTo(to.Tensors[i].Slice(0, 1).Span);
    }

    private static long CountRight(Tensor logits, ReadOnlySpan<int> targets)
    {
        int columns = logits.Shape.Last;
        ReadOnlySpan<float> values = logits.Values;
        long right = 0;
        for (int row = 0; row < targets.Length; row++)
            right += Likeliest(values.Slice(row * columns, columns)) == targets[row] ? 1 : 0;
        return right;
    }

    /// <summary>The place of the greatest logit, the first of equal ones.</summary>
    internal static int Likeliest(ReadOnlySpan<float> logits)
    {
        int best = 0;
        for (int i = 1; i < logits.Length; i++)
        {
            if (logits[i] > logits[best])
                best = i;
        }

        return best;
    }
}
