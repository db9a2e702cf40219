using System.Text.Json;

namespace Unfold.Data.Music;

/// <summary>The pieces of a file.</summary>
/// <param name="Training">To train on.</param>
/// <param name="Validation">To measure on after each epoch; null for none.</param>
/// <param name="Test">To test on; null for none.</param>
public sealed record MusicFiles(MusicPieces Training, MusicPieces? Validation, MusicPieces? Test)
{
    private const int MostDepth = 8;

    /// <summary>What was handled while reading and a person should know, as in <c>2 pieces without a step were left out</c>.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>
    /// Reads a JSON file: an object with the lists <c>train</c> and, if there are, <c>valid</c> and <c>test</c>, or one list alone. A list holds pieces, a piece steps, a step the MIDI numbers of its notes;
    /// negative numbers are rests.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file cannot be read, or is something else; with file and line or piece.</exception>
    public static MusicFiles Load(string path)
    {
        string text = TextCorpus.ReadText(path);
        try
        {
            using JsonDocument document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = MostDepth });
            JsonElement root = document.RootElement;
            int left = 0;
            if (root.ValueKind == JsonValueKind.Array)
                return new MusicFiles(Pieces(path, "", root, ref left), null, null) { Notes = Left(left) };
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("train", out JsonElement train))
                throw new InputException($"'{path}' should hold a list of pieces, or an object with the lists 'train', 'valid' and 'test', but does not.");
            MusicPieces training = Pieces(path, "train, ", train, ref left);
            MusicPieces? validation = root.TryGetProperty("valid", out JsonElement valid) ? Pieces(path, "valid, ", valid, ref left) : null;
            MusicPieces? testing = root.TryGetProperty("test", out JsonElement test) ? Pieces(path, "test, ", test, ref left) : null;
            return new MusicFiles(training, validation, testing) { Notes = Left(left) };
        }
        catch (JsonException e)
        {
            throw new InputException($"'{path}', line {e.LineNumber + 1}: this is not JSON ({e.Message.Split(". ")[0].TrimEnd('.')}).", e);
        }
    }

    private static IReadOnlyList<string> Left(int pieces) => pieces == 0 ? [] : [$"{pieces} {(pieces == 1 ? "piece" : "pieces")} without a step {(pieces == 1 ? "was" : "were")} left out"];

    private static MusicPieces Pieces(string path, string list, JsonElement json, ref int left)
    {
        List<int[][]> pieces = [];
        int number = 0;
        foreach (JsonElement piece in Items(json, $"'{path}', {list}", "a list of pieces"))
        {
            number++;
            int step = 0;
            List<int[]> steps = [];
            foreach (JsonElement notes in Items(piece, $"'{path}', {list}piece {number}", "a list of steps"))
                steps.Add(Step(notes, $"'{path}', {list}piece {number}, step {++step}"));
            if (steps.Count > 0)
                pieces.Add([.. steps]);
            else
                left++;
        }

        return pieces.Count > 0 ? new MusicPieces(pieces) : throw new InputException($"'{path}' has no piece with a step{(list.Length > 0 ? $" in '{list[..^2]}'" : "")}.");
    }

    private static int[] Step(JsonElement json, string place)
    {
        SortedSet<int> pitches = [];
        foreach (JsonElement note in Items(json, place, "a list of MIDI numbers"))
        {
            if (note.ValueKind != JsonValueKind.Number || !note.TryGetDouble(out double value) || value != Math.Floor(value))
                throw new InputException($"{place}: a note should be a whole number, but is {Shown(note)}.");
            if (value < 0)
                continue;
            if (value is < MusicPieces.LowestPitch or >= MusicPieces.LowestPitch + MusicPieces.PitchCount)
                throw new InputException($"{place}: pitches are from {MusicPieces.LowestPitch} to {MusicPieces.LowestPitch + MusicPieces.PitchCount - 1}, the keys of a piano, but here is {value}.");
            pitches.Add((int)value);
        }

        return [.. pitches];
    }

    private static JsonElement.ArrayEnumerator Items(JsonElement json, string place, string what) =>
        json.ValueKind == JsonValueKind.Array ? json.EnumerateArray() : throw new InputException($"{place.TrimEnd(' ', ',')}: {what} was expected, but here is {Shown(json)}.");

    private static string Shown(JsonElement json)
    {
        string text = json.GetRawText();
        return text.Length > 40 ? text[..40] + "…" : text;
    }
}
