namespace Unfold.Data;

/// <summary>
/// A text cut for truncated back-propagation through time: N lanes of equal length side by side, each a contiguous stretch of the text, gone
/// through in chunks of at most T steps. The inputs of a chunk are <c>[T, N]</c>, its targets the tokens one place later.
/// At most N - 1 tokens at the end of the text are left out; chunks of a lane differ in length by at most one.
/// </summary>
internal sealed class TokenLanes
{
    private readonly int[] _tokens;

    /// <summary>Cuts a text.</summary>
    /// <param name="tokens">The text's tokens.</param>
    /// <param name="lanes">How many stretches, N.</param>
    /// <param name="unroll">The longest chunk, T.</param>
    internal TokenLanes(int[] tokens, int lanes, int unroll)
    {
        if (tokens.Length - 1 < lanes)
            throw new ArgumentException($"{tokens.Length} tokens cannot be cut into {lanes} lanes of at least one input and one target each.");
        _tokens = tokens;
        Lanes = lanes;
        LaneLength = (tokens.Length - 1) / lanes;
        Chunks = (LaneLength + unroll - 1) / unroll;
    }

    /// <summary>How many stretches of the text lie side by side, N.</summary>
    internal int Lanes { get; }

    /// <summary>The steps of each lane.</summary>
    internal int LaneLength { get; }

    /// <summary>The chunks of each lane.</summary>
    internal int Chunks { get; }

    /// <summary>All inputs, of all lanes.</summary>
    internal long Tokens => (long)LaneLength * Lanes;

    /// <summary>The steps of the longest chunk.</summary>
    internal int LongestChunk => (LaneLength + Chunks - 1) / Chunks;

    /// <summary>The first step of a chunk; of chunk <see cref="Chunks"/>, the lanes' length.</summary>
    internal int Start(int chunk) => (int)((long)LaneLength * chunk / Chunks);

    /// <summary>The steps of a chunk.</summary>
    internal int Length(int chunk) => Start(chunk + 1) - Start(chunk);

    /// <summary>Writes a chunk's inputs and targets, time-major <c>[T, N]</c>.</summary>
    /// <param name="chunk">Which chunk.</param>
    /// <param name="inputs">At least T N places.</param>
    /// <param name="targets">At least T N places.</param>
    internal void Read(int chunk, Span<int> inputs, Span<int> targets)
    {
        int start = Start(chunk);
        int length = Length(chunk);
        for (int n = 0; n < Lanes; n++)
        {
            ReadOnlySpan<int> lane = _tokens.AsSpan(n * LaneLength + start, length + 1);
            for (int t = 0; t < length; t++)
            {
                inputs[t * Lanes + n] = lane[t];
                targets[t * Lanes + n] = lane[t + 1];
            }
        }
    }
}
