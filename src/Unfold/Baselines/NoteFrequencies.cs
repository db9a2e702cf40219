using Unfold.Data.Music;

namespace Unfold.Baselines;

/// <summary>
/// Models of music that count: each pitch for itself, by how often it sounds, or by how often it sounds behind a step in which it does or does not.
/// </summary>
public sealed class NoteFrequencies
{
    private readonly double[] _probabilities = new double[2 * MusicPieces.PitchCount];
    private readonly bool _byPrevious;

    /// <summary>Counts notes; each case counts once more than it comes.</summary>
    /// <param name="pieces">The pieces to learn from.</param>
    /// <param name="byPrevious">Whether it matters that the pitch sounds in the step before.</param>
    public NoteFrequencies(MusicPieces pieces, bool byPrevious)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        _byPrevious = byPrevious;
        double[] counts = new double[_probabilities.Length], totals = new double[_probabilities.Length];
        Walk(pieces, (place, sounds) =>
        {
            totals[place]++;
            counts[place] += sounds ? 1 : 0;
        });
        for (int i = 0; i < counts.Length; i++)
            _probabilities[i] = (counts[i] + 1) / (totals[i] + 2);
    }

    /// <summary>The mean loss of a step in nats: the sum of the binary cross-entropies of all pitches, over all steps of all pieces but the first of each.</summary>
    /// <param name="pieces">The pieces, of which one has two steps or more.</param>
    public double Loss(MusicPieces pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        double sum = 0;
        Walk(pieces, (place, sounds) => sum -= Math.Log(sounds ? _probabilities[place] : 1 - _probabilities[place]));
        return sum / (pieces.Steps - pieces.Count);
    }

    private void Walk(MusicPieces pieces, Action<int, bool> found)
    {
        for (int i = 0; i < pieces.Count; i++)
        {
            for (int t = 1; t < pieces[i].Count; t++)
            {
                for (int pitch = 0; pitch < MusicPieces.PitchCount; pitch++)
                {
                    int number = MusicPieces.LowestPitch + pitch;
                    found((2 * pitch) + (_byPrevious && pieces[i][t - 1].Contains(number) ? 1 : 0), pieces[i][t].Contains(number));
                }
            }
        }
    }
}
