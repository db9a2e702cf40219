using System.Security.Cryptography;

namespace Unfold.Data.Music;

/// <summary>Pieces of music as steps of equal length, of which each holds the pitches that sound, as MIDI numbers. Never changes.</summary>
public sealed class MusicPieces
{
    /// <summary>The lowest pitch: the piano's A0.</summary>
    public const int LowestPitch = 21;

    /// <summary>The number of pitches: the piano's 88 keys, up to C8.</summary>
    public const int PitchCount = 88;

    private readonly IReadOnlyList<int[][]> _pieces;

    /// <summary>Makes pieces that are there already.</summary>
    /// <param name="pieces">For each piece its steps, for each step its pitches, from 21 to 108, each at most once, in any order; a step may be silent.</param>
    /// <exception cref="InputException">There is no piece, one has no step, or a pitch is out of range or stands twice in a step.</exception>
    public MusicPieces(IReadOnlyList<int[][]> pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        if (pieces.Count == 0)
            throw new InputException("Music needs at least one piece, but there is none.");
        for (int i = 0; i < pieces.Count; i++)
        {
            if (pieces[i].Length == 0)
                throw new InputException($"Piece {i + 1} has no steps.");
            for (int t = 0; t < pieces[i].Length; t++)
            {
                int[] step = pieces[i][t];
                int wrong = Array.FindIndex(step, pitch => pitch is < LowestPitch or >= LowestPitch + PitchCount);
                if (wrong >= 0)
                    throw new InputException($"Piece {i + 1}, step {t + 1}: pitches are from {LowestPitch} to {LowestPitch + PitchCount - 1}, the keys of a piano, but here is {step[wrong]}.");
                if (step.Distinct().Count() != step.Length)
                    throw new InputException($"Piece {i + 1}, step {t + 1}: a pitch stands there twice.");
            }
        }

        _pieces = pieces;
    }

    /// <summary>N, the number of pieces.</summary>
    public int Count => _pieces.Count;

    /// <summary>The steps of all pieces together.</summary>
    public int Steps => _pieces.Sum(piece => piece.Length);

    /// <summary>The steps of a piece.</summary>
    /// <param name="index">0 to N - 1.</param>
    public IReadOnlyList<int[]> this[int index] => _pieces[index];

    /// <summary>The pieces for a person.</summary>
    /// <returns>As in <c>229 pieces, 13,807 steps</c>.</returns>
    public override string ToString() => FormattableString.Invariant($"{Count:N0} {(Count == 1 ? "piece" : "pieces")}, {Steps:N0} steps");

    /// <summary>What identifies the pieces: a checksum.</summary>
    internal string Fingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (int[][] piece in _pieces)
        {
            foreach (int[] step in piece)
                hash.AppendData([.. step.Order().Select(pitch => (byte)pitch), 0]);
            hash.AppendData([1]);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
