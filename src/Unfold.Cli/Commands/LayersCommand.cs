using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Unfold.Cli.Shell;
using Unfold.Notation;
using Unfold.Tensors;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold layers check LIST --input SHAPE</c>: the shapes between the layers of a list, before anything is trained.</summary>
internal static class LayersCommand
{
    private const string Example = "1x28x28";

    public static Command Build()
    {
        var list = new Argument<string>("LIST") { Description = "Layers, as in \"conv 3x3 32, relu, pool 2, flatten, linear 10\"" };
        var input = new Option<int[]>("--input")
        {
            Description = "The shape of one item: channels and up to three axes, as in 1x28x28 or 3x500",
            HelpName = "SHAPE",
            DefaultValueFactory = _ => [1, 28, 28],
            CustomParser = ParseShape,
        };
        var check = new Command("check", "The shape behind each layer, its parameters and its multiplications") { list, input };
        check.SetAction(parsed =>
        {
            Console.Out.Write(NetworkPlan.Parse(parsed.GetRequiredValue(list), new Shape(parsed.GetRequiredValue(input))).Describe());
            return ExitCode.Done;
        });
        return new Command("layers", "Layers written as a list: see docs/layers.md") { check };
    }

    private static int[] ParseShape(ArgumentResult result)
    {
        string text = result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
        string[] parts = text.Split('x');
        int[] sizes = new int[parts.Length];
        bool good = parts.Length <= 4;
        long length = 1;
        for (int i = 0; i < parts.Length && good; i++)
        {
            good = int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out sizes[i]) && sizes[i] >= 1;
            length *= sizes[i];
            good &= length <= int.MaxValue;
        }

        if (!good)
        {
            result.AddError($"--input expects one to four sizes of 1 or more, as in {Example}, but got '{text}'");
        }

        return sizes;
    }
}
