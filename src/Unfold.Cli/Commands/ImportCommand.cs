using System.CommandLine;
using Unfold.Cells;
using Unfold.Cli.Shell;
using Unfold.Layers;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold import FILE</c>: recurrent layers of PyTorch's or Keras's weights become a model.</summary>
internal static class ImportCommand
{
    private const int Shown = 8;

    public static Command Build()
    {
        Argument<string> file = Arguments.File("FILE", "Weights of PyTorch or Keras: a .safetensors or .npz file");
        var cell = new Option<string>("--cell")
        {
            Description = "The cell of the layers: lstm, gru, rnn, rnn_relu, or a file with the equations of one of them",
            HelpName = "NAME|FILE",
            DefaultValueFactory = _ => "lstm",
        };
        Option<Dictionary<string, double>> lets = Values.Lets();
        Option<string> from = Values.OneOf("--from", "Whose weights they are; by default the names decide", "detect", "detect", "pytorch", "keras");
        Option<string?> prefix = new("--prefix") { Description = "What stands before the names of the layers' tensors, where a file has several stacks", HelpName = "TEXT" };
        Option<string> merge = Values.OneOf("--merge", "How the outputs of two directions become one", "concatenate", "concatenate", "sum", "average");
        Option<string> activation = new("--activation") { Description = "What stands for tanh, as Keras's activation", HelpName = "NAME", DefaultValueFactory = _ => "tanh" };
        Option<string> gates = Values.OneOf("--gate-activation", "What stands for sigmoid, as Keras's recurrent_activation", "sigmoid", "sigmoid", "hard_sigmoid", "hard_sigmoid_keras2");
        Option<string?> output = Values.Path("--out", "Where to write the model [default: FILE.unfold.safetensors]");
        var command = new Command("import", "A model of the recurrent layers in a file of PyTorch's or Keras's weights") { file, cell, lets, from, prefix, merge, activation, gates, output };
        command.SetAction(parsed =>
        {
            var options = new WeightImportOptions
            {
                Cell = Cell.Load(parsed.GetRequiredValue(cell), parsed.GetValue(lets)!),
                Layout = parsed.GetValue(from) switch { "pytorch" => WeightLayout.PyTorch, "keras" => WeightLayout.Keras, _ => WeightLayout.Detect },
                Prefix = parsed.GetValue(prefix),
                Merge = parsed.GetValue(merge) switch { "sum" => DirectionMerge.Sum, "average" => DirectionMerge.Average, _ => DirectionMerge.Concatenate },
                Activation = parsed.GetRequiredValue(activation),
                GateActivation = parsed.GetRequiredValue(gates),
            };
            return Run(parsed.GetRequiredValue(file), options, parsed.GetValue(output));
        });
        return command;
    }

    private static int Run(string path, WeightImportOptions options, string? output)
    {
        Inputs.RequireFile(path);
        string target = output ?? Path.ChangeExtension(path, ".unfold.safetensors");
        Outputs.Require("--out", target);
        RecurrentModel model = RecurrentModel.Import(path, options, out IReadOnlyList<string> leftOut);
        model.Save(target);
        Console.Out.WriteLine(model.Describe().TrimEnd());
        Console.Out.WriteLine();
        if (leftOut.Count > 0)
        {
            Console.Out.WriteLine($"left out, since no recurrent layer has them: {string.Join(", ", leftOut.Take(Shown))}{(leftOut.Count > Shown ? $" and {leftOut.Count - Shown} more" : "")}");
        }

        Console.Out.WriteLine($"saved as {target}: unfold predict {target} FILE runs it");
        return ExitCode.Done;
    }
}
