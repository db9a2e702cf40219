using System.CommandLine;
using Unfold.Cli.Shell;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold inspect MODEL</c>: what is in a model file.</summary>
internal static class InspectCommand
{
    public static Command Build()
    {
        Argument<string> model = Arguments.Model();
        var command = new Command("inspect", "Layers, shapes, parameters, equations, vocabulary, and how the model was trained") { model };
        command.SetAction(parsed =>
        {
            Console.Out.WriteLine(Inputs.Model(parsed.GetRequiredValue(model)).Describe().TrimEnd());
            return ExitCode.Done;
        });
        return command;
    }
}
