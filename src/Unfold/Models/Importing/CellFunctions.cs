using System.Text;
using Unfold.Cells;
using Unfold.Cells.Recognition;

namespace Unfold.Models.Importing;

/// <summary>A cell with other functions in the places of its tanhs and sigmoids, as layers of Keras can have them; its parameters stay what and where they are.</summary>
internal static class CellFunctions
{
    private static readonly string[] Activations =
        ["tanh", "linear", "relu", "sigmoid", "hard_sigmoid", "hard_sigmoid_keras2", "elu", "gelu", "silu", "softplus", "softsign", "exp"];

    private static readonly string[] Gates = ["sigmoid", "hard_sigmoid", "hard_sigmoid_keras2"];

    /// <summary>The cell that the options ask for.</summary>
    /// <exception cref="OptionException">There is no such function.</exception>
    internal static Cell Apply(Cell cell, RecognizedCell recognized, WeightImportOptions options)
    {
        Require(nameof(options.Activation), options.Activation, Activations);
        Require(nameof(options.GateActivation), options.GateActivation, Gates);
        if (options.Activation == "tanh" && options.GateActivation == "sigmoid")
            return cell;
        if (recognized.Kind == RecognizedKind.RnnRelu)
            throw new OptionException(nameof(options.Activation), $"Activation stands for a cell's tanh, but the cell '{cell.Name}' has none: use rnn.");

        // Gates first: an activation may be a sigmoid.
        string text = Replace(cell.Text, "sigmoid", options.GateActivation);
        StringBuilder name = new(cell.Name);
        if (options.GateActivation != "sigmoid")
            name.Append('_').Append(options.GateActivation);
        if (options.Activation != "tanh")
            name.Append('_').Append(options.Activation);
        return Cell.Parse(Replace(text, "tanh", options.Activation), name.ToString());
    }

    private static void Require(string option, string value, string[] known)
    {
        if (!known.Contains(value))
            throw new OptionException(option, $"{option} expects one of {string.Join(", ", known)}, but got '{value}'.");
    }

    private static string Replace(string text, string function, string by)
    {
        if (function == by)
            return text;
        StringBuilder result = new();
        foreach (string line in text.Split('\n'))
        {
            int comment = line.IndexOf('#', StringComparison.Ordinal);
            string code = comment < 0 ? line : line[..comment];
            for (int from = Find(code, function, 0); from >= 0; from = Find(code, function, from))
            {
                int open = code.IndexOf('(', from), close = Close(code, open);
                string call = Call(by, code[(open + 1)..close]);
                code = code[..from] + call + code[(close + 1)..];

                // A function's name may end in the one that is looked for; calls within the argument are found too.
                from += call.IndexOf('(', StringComparison.Ordinal);
            }

            result.Append(code).Append(comment < 0 ? "" : line[comment..]).Append('\n');
        }

        return result.ToString().TrimEnd('\n') + "\n";
    }

    private static string Call(string function, string argument) => function switch
    {
        "linear" => $"({argument})",
        "hard_sigmoid_keras2" => $"clip(0.2 * ({argument}) + 0.5, 0, 1)",
        _ => $"{function}({argument})",
    };

    /// <summary>Where a function is called next; -1 where it is not.</summary>
    private static int Find(string code, string function, int from)
    {
        for (int i = code.IndexOf(function, from, StringComparison.Ordinal); i >= 0; i = code.IndexOf(function, i + 1, StringComparison.Ordinal))
        {
            bool begins = i == 0 || !(char.IsAsciiLetterOrDigit(code[i - 1]) || code[i - 1] == '_');
            if (begins && code.AsSpan(i + function.Length).TrimStart(' ') is ['(', ..])
                return i;
        }

        return -1;
    }

    private static int Close(string code, int open)
    {
        int depth = 0;
        for (int i = open; i < code.Length; i++)
        {
            depth += code[i] == '(' ? 1 : code[i] == ')' ? -1 : 0;
            if (depth == 0)
                return i;
        }

        throw new OptionException("Cell", "Another function cannot stand in a line that goes on below: write each definition of the cell on one line.");
    }
}
