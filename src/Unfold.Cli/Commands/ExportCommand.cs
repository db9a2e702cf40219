using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Onnx;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold export MODEL -o FILE.onnx</c>: a model for ONNX Runtime and others.</summary>
internal static class ExportCommand
{
    public static Command Build()
    {
        Argument<string> model = Arguments.Model();
        var output = new Option<string>("--out", "-o") { Description = "The ONNX file to write", HelpName = "FILE", Required = true };
        var noStates = new Option<bool>("--no-states") { Description = "Begin anew in every run, instead of taking and giving the states of the recurrent layers" };
        var noLengths = new Option<bool>("--no-lengths") { Description = "Take sequences of one length, instead of the length of each" };
        var probabilities = new Option<bool>("--probabilities") { Description = "Give probabilities instead of the scores before softmax or sigmoid" };
        var command = new Command("export", "Write a model as ONNX, for ONNX Runtime and others") { model, output, noStates, noLengths, probabilities };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(model), parsed.GetRequiredValue(output), new OnnxExportOptions
        {
            States = !parsed.GetValue(noStates),
            Lengths = !parsed.GetValue(noLengths),
            Probabilities = parsed.GetValue(probabilities),
        }));
        return command;
    }

    private static int Run(string model, string output, OnnxExportOptions options)
    {
        if (Path.GetFullPath(output) == Path.GetFullPath(model))
        {
            throw new MistakeException($"--out '{output}' is the model itself; give the ONNX file another name, such as '{Path.ChangeExtension(model, ".onnx")}'");
        }

        Outputs.Require("--out", output);
        OnnxExport.Convert(model, output, options);
        OnnxSummary summary = OnnxSummary.Read(output);
        Console.Out.WriteLine($"{output}: opset {summary.Opset}, {summary.Nodes} operators, {new FileInfo(output).Length:N0} bytes");
        foreach (string line in summary.Inputs)
        {
            Console.Out.WriteLine("  input   " + line);
        }

        foreach (string line in summary.Outputs)
        {
            Console.Out.WriteLine("  output  " + line);
        }

        return ExitCode.Done;
    }
}
