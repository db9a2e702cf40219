using System.Globalization;
using Unfold.Cli.Shell;
using Unfold.Data.Music;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold predict</c>, <c>unfold evaluate</c> and <c>unfold generate</c> for models of music.</summary>
internal static class MusicPrediction
{
    private const string StandardInput = "-";
    private const int LeastShown = 4;
    private const double Likely = 0.5;
    private static readonly char[] Separators = [' ', '\t', ',', ';'];

    /// <summary>Prints the likeliest notes behind each piece of the files; of standard input, where a line is a step, behind each line.</summary>
    public static int Predict(MusicModel model, string[] files, int top)
    {
        foreach (string file in files)
        {
            if (file == StandardInput)
            {
                PredictInput(model, top);
                continue;
            }

            MusicFiles music = Inputs.Music(file);
            MusicPieces pieces = music.Test ?? music.Training;
            for (int i = 0; i < pieces.Count; i++)
            {
                MusicStream stream = model.Stream();
                foreach (int[] step in pieces[i])
                {
                    stream.Read(step);
                }

                Print($"{file}#{i}", stream, top);
            }
        }

        return ExitCode.Done;
    }

    /// <summary>Prints how well a model foresees the pieces to test on.</summary>
    public static int Evaluate(MusicModel model, string file)
    {
        using var interrupt = new Interrupt();
        MusicFiles music = Inputs.Music(file);
        MusicEvaluation found = model.Evaluate(music.Test ?? music.Training, progress: null, interrupt.Token);
        Row("pieces", Say.Count(found.Pieces));
        Row("steps", Say.Count(found.Steps));
        Row("loss", $"{found.Loss:F4}  nats a step, the sum over 88 notes");
        Row("accuracy", $"{found.Accuracy:F4}  right notes of those that sound or are foreseen");
        Row("steps_per_second", Say.Count((long)(found.Steps / Math.Max(found.Seconds, 1e-9))));
        return ExitCode.Done;

        static void Row(string name, string value) => Console.Out.WriteLine($"{name,-20}{value}");
    }

    /// <summary>Composes a piece and writes it as a MIDI file.</summary>
    public static int Generate(MusicModel model, string? path, long length, double temperature, double tempo, bool greedy, ulong seed)
    {
        string file = path ?? throw new MistakeException("a model of music writes a MIDI file: name it by --out FILE.mid");
        Outputs.Require("--out", file);
        if (length is < 1 or > 1_000_000)
        {
            throw new MistakeException($"--length expects 1 to 1,000,000 steps of music, but got {length}");
        }

        IReadOnlyList<int[]> piece = model.Compose((int)length, temperature, seed, greedy);
        MusicModel.SaveMidi(file, piece, model.Options.StepsPerQuarter, tempo);
        Console.Out.WriteLine($"{Say.Count(piece.Count)} steps, {(double)piece.Sum(step => step.Length) / piece.Count:F1} notes in each on average; saved as {file} ({Say.Size(new FileInfo(file).Length)})");
        return ExitCode.Done;
    }

    private static void PredictInput(MusicModel model, int top)
    {
        MusicStream stream = model.Stream();
        int number = 0;
        while (Console.In.ReadLine() is string line)
        {
            number++;
            string[] cells = line.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            int[] pitches = new int[cells.Length];
            for (int i = 0; i < cells.Length; i++)
            {
                bool isPitch = int.TryParse(cells[i], NumberStyles.None, CultureInfo.InvariantCulture, out pitches[i])
                    && pitches[i] is >= MusicPieces.LowestPitch and < MusicPieces.LowestPitch + MusicPieces.PitchCount;
                if (!isPitch)
                {
                    throw new FailureException($"standard input, line {number}: '{cells[i]}' is no pitch from {MusicPieces.LowestPitch} to {MusicPieces.LowestPitch + MusicPieces.PitchCount - 1}");
                }
            }

            stream.Read(pitches);
            Print($"{number}", stream, top);
        }
    }

    private static void Print(string name, MusicStream stream, int top)
    {
        IReadOnlyList<float> probabilities = stream.Probabilities;
        int shown = Math.Max(Math.Max(top, LeastShown), probabilities.Count(probability => probability > Likely));
        IEnumerable<int> likeliest = Enumerable.Range(0, probabilities.Count).OrderByDescending(i => probabilities[i]).Take(shown);
        Console.Out.WriteLine($"{name}  {string.Join("  ", likeliest.Select(i => $"{MusicPieces.LowestPitch + i} {probabilities[i]:F4}"))}");
    }
}
