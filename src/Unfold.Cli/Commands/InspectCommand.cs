using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Models;
using Unfold.Onnx;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold inspect MODEL</c>: what is in a model file, or in any file of tensors; of an image classifier also as pictures.</summary>
internal static class InspectCommand
{
    public static Command Build()
    {
        Argument<string> model = Arguments.Model();
        Option<string?> kernels = Values.Path("--kernels", "Of an image classifier: draw the kernels of its convolutions into this PNG file");
        var features = new Option<string[]?>("--features")
        {
            Description = "Of an image classifier: draw what each layer makes of an image (a PNG file, or DATA#NUMBER) into a PNG file",
            HelpName = "IMAGE FILE",
            Arity = new ArgumentArity(2, 2),
            AllowMultipleArgumentsPerToken = true,
        };
        var command = new Command("inspect", "Layers, shapes, parameters, equations, vocabulary, and how the model was trained; or the tensors of any file") { model, kernels, features };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(model), parsed.GetValue(kernels), parsed.GetValue(features)));
        return command;
    }

    private static int Run(string path, string? kernels, string[]? features)
    {
        Inputs.RequireFile(path);
        if (path.EndsWith(".onnx", StringComparison.OrdinalIgnoreCase))
        {
            Console.Out.WriteLine(PlainText.Of(OnnxNetwork.Load(path).Describe()));
            return ExitCode.Done;
        }

        if (kernels is null && features is not { Length: > 0 } && !ModelFile.IsModel(path))
        {
            Console.Out.WriteLine(PlainText.Of(ModelFile.DescribeTensors(path)));
            return ExitCode.Done;
        }

        if (Inputs.TaskOf(path) == "image")
        {
            return RunImage(Inputs.ImageModel(path), kernels, features);
        }

        if (kernels is not null || features is { Length: > 0 })
        {
            throw new MistakeException($"--kernels and --features are for image classifiers, and '{path}' is none");
        }

        string description = Inputs.TaskOf(path) switch
        {
            "classify" => Inputs.ClassifierModel(path).Describe(),
            "tag" => Inputs.TaggerModel(path).Describe(),
            "music" => Inputs.MusicModel(path).Describe(),
            "forecast" => Inputs.ForecastModel(path).Describe(),
            "recurrent" => Inputs.RecurrentModel(path).Describe(),
            _ => Inputs.Model(path).Describe(),
        };
        Console.Out.WriteLine(PlainText.Of(description));
        return ExitCode.Done;
    }

    private static int RunImage(ImageClassifier model, string? kernels, string[]? features)
    {
        Outputs.Require("--kernels", kernels);
        if (kernels is not null)
        {
            Print(kernels, model.SaveKernels(kernels));
        }

        if (features is [string image, string picture])
        {
            Outputs.Require("--features", picture);
            Print(picture, model.SaveFeatures(Inputs.Image(image, model.Size), picture));
        }
        else if (kernels is null)
        {
            Console.Out.WriteLine(model.Describe().TrimEnd());
        }

        return ExitCode.Done;
    }

    private static void Print(string picture, IReadOnlyList<string> lines)
    {
        Console.Out.WriteLine($"{picture}, from top to bottom:");
        foreach (string line in lines)
        {
            Console.Out.WriteLine("  " + line);
        }
    }
}
