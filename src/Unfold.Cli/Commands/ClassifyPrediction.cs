using System.Globalization;
using Unfold.Cli.Shell;
using Unfold.Data;
using Unfold.Data.Sequences;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold predict</c> and <c>unfold evaluate</c> for sequence classifiers.</summary>
internal static class ClassifyPrediction
{
    private const string StandardInput = "-";
    private static readonly char[] Separators = [' ', '\t', ',', ';'];

    /// <summary>Prints the likeliest classes of each sequence of the files, or of standard input as it comes.</summary>
    public static int Predict(SequenceClassifier model, string[] files, int top, SequenceFileOptions options)
    {
        using var interrupt = new Interrupt();
        foreach (string file in files)
        {
            if (file == StandardInput)
            {
                PredictInput(model, top);
                continue;
            }

            bool isPlain = model.Input == SequenceInput.Text && File.Exists(file) && !file.EndsWith(".csv", StringComparison.OrdinalIgnoreCase);
            SequenceDataset sequences = isPlain ? Lines(file) : All(file, options);
            IReadOnlyList<SequencePrediction> found = model.Predict(sequences, interrupt.Token);
            for (int i = 0; i < found.Count; i++)
            {
                Print(sequences[i].Place.Replace("'", "", StringComparison.Ordinal), model, found[i], top);
            }
        }

        return ExitCode.Done;
    }

    /// <summary>Prints how well a model does on sequences with labels.</summary>
    public static int Evaluate(SequenceClassifier model, string data, SequenceFileOptions options)
    {
        using var interrupt = new Interrupt();
        SequenceDataset sequences = All(data, options with { MultiLabel = model.Options.MultiLabel });
        SequenceEvaluation found = model.Evaluate(sequences, progress: null, interrupt.Token);
        Row("sequences", Say.Count(found.Sequences));
        Row("loss", $"{found.Loss:F4}  nats a sequence");
        Row("accuracy", $"{found.Accuracy:F4}");
        Row("micro_f1", $"{found.MicroF1:F4}");
        Row("macro_f1", $"{found.MacroF1:F4}");
        Row("sequences_per_second", Say.Count((long)(found.Sequences / Math.Max(found.Seconds, 1e-9))));
        ClassifyRun.Print(found);
        return ExitCode.Done;

        static void Row(string name, string value) => Console.Out.WriteLine($"{name,-22}{value}");
    }

    private static SequenceDataset All(string path, SequenceFileOptions options)
    {
        SequenceFiles files = Inputs.Sequences(path, options);
        return files.Test ?? files.Training;
    }

    /// <summary>A text on each line, of no known class.</summary>
    private static SequenceDataset Lines(string path)
    {
        IEnumerable<SequenceItem> lines = TextCorpus.ReadText(path).Split('\n')
            .Select((line, number) => new SequenceItem([], line.Trim(), [], $"{path}:{number + 1}")).Where(item => item.Text.Length > 0);
        return new SequenceDataset(SequenceInput.Text, 0, [], [.. lines]);
    }

    /// <summary>Texts: one a line, each answered at once. Series: a step a line, an empty line between two; answered after each step where the model can, else at the end of each.</summary>
    private static void PredictInput(SequenceClassifier model, int top)
    {
        if (model.Input == SequenceInput.Audio)
        {
            throw new MistakeException("standard input is read as text or as numbers: give recordings as files");
        }

        SequenceStream? stream = model.CanStream ? model.Stream() : null;
        List<float> values = [];
        int number = 0, series = 1;
        while (Console.In.ReadLine() is string line)
        {
            number++;
            if (model.Input == SequenceInput.Text)
            {
                if (!string.IsNullOrWhiteSpace(line))
                {
                    Print($"{number}", model, model.Predict(line), top);
                }
            }
            else if (string.IsNullOrWhiteSpace(line))
            {
                End();
            }
            else if (stream is not null)
            {
                SequencePrediction found = stream.Read(Step(model, line, number));
                Print($"{series}:{stream.Steps}", model, found, top);
            }
            else
            {
                values.AddRange(Step(model, line, number));
            }
        }

        End();

        void End()
        {
            if (values.Count > 0)
            {
                Print($"{series}", model, model.Predict(values.ToArray()), top);
            }

            series += values.Count > 0 || stream is { Steps: > 0 } ? 1 : 0;
            values.Clear();
            stream?.Restart();
        }
    }

    private static float[] Step(SequenceClassifier model, string line, int number)
    {
        string[] cells = line.Split(Separators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        float[] values = new float[cells.Length];
        for (int i = 0; i < cells.Length; i++)
        {
            if (!float.TryParse(cells[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i]) || !float.IsFinite(values[i]))
            {
                throw new FailureException($"standard input, line {number}: '{cells[i]}' is no number");
            }
        }

        return values.Length == model.Width
            ? values
            : throw new FailureException($"standard input, line {number}: a step of {model.Width} {(model.Width == 1 ? "number" : "numbers")} was expected, but got {values.Length}");
    }

    private static void Print(string name, SequenceClassifier model, SequencePrediction prediction, int top)
    {
        IEnumerable<int> shown = Enumerable.Range(0, model.Classes.Count).OrderByDescending(label => prediction.Probabilities[label])
            .Where((label, place) => place < top || prediction.Labels.Contains(label));
        Console.Out.WriteLine($"{name}  {string.Join("  ", shown.Select(label => $"{model.Classes[label]} {prediction.Probabilities[label]:F4}"))}");
    }
}
