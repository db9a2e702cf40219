using System.Globalization;
using Unfold.Cli.Shell;
using Unfold.Models;
using Unfold.Tensors;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold predict</c> for models of recurrent layers alone: the outputs of each step.</summary>
internal static class RecurrentPrediction
{
    private const string StandardInput = "-";

    /// <summary>Prints the outputs to six digits, a line a step; of several sequences one behind the other, with an empty line between.</summary>
    public static int Predict(RecurrentModel model, string[] files, string? output)
    {
        if (output is not null && files.Length > 1)
        {
            throw new MistakeException("--out takes the outputs of one file: name one");
        }

        Outputs.Require("--out", output);
        foreach (string file in files)
        {
            if (file == StandardInput)
            {
                PredictInput(model, output);
                continue;
            }

            Inputs.RequireFile(file);
            Tensor found = model.RunFile(file);
            if (output is null)
            {
                Print(found);
                continue;
            }

            RecurrentModel.SaveOutput(output, found);
            Console.Out.WriteLine($"{output}: {found.Shape}");
        }

        return ExitCode.Done;
    }

    private static void PredictInput(RecurrentModel model, string? output)
    {
        if (output is not null || !model.Encoder.IsCausal)
        {
            throw new MistakeException(output is not null
                ? "--out is for the outputs of a file, but standard input is printed step by step"
                : "the model reads in both directions, so it needs a whole sequence: give it a file instead of -");
        }

        foreach (IReadOnlyList<float> step in model.RunLines(Lines()))
        {
            Console.Out.WriteLine(Line(step));
        }

        static IEnumerable<string> Lines()
        {
            while (Console.In.ReadLine() is string line)
            {
                yield return line;
            }
        }
    }

    private static void Print(Tensor y)
    {
        (int steps, int batch, int width) = (y.Shape[0], y.Shape[1], y.Shape[2]);
        for (int n = 0; n < batch; n++)
        {
            if (n > 0)
            {
                Console.Out.WriteLine();
            }

            for (int t = 0; t < steps; t++)
            {
                Console.Out.WriteLine(Line(y.Values.Slice(((t * batch) + n) * width, width).ToArray()));
            }
        }
    }

    private static string Line(IReadOnlyList<float> values) => string.Join(' ', values.Select(value => value.ToString("G6", CultureInfo.InvariantCulture)));
}
