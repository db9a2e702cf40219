using System.CommandLine;
using Unfold.Cli.Shell;
using Unfold.Models;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold generate MODEL</c>: writes on from a prompt, each token as soon as it is chosen; or composes music.</summary>
internal static class GenerateCommand
{
    private static readonly GenerationOptions Standard = new();

    public static Command Build()
    {
        Argument<string> model = Arguments.Model();
        var prompt = new Option<string>("--prompt") { Description = "The text to go on from; default: the start of a line", HelpName = "TEXT" };
        Option<long> length = Values.Count("--length", "How many tokens, or steps of music, to write", 0, Standard.Length);
        Option<double> temperature = Values.Number("--temperature", "Below 1 more cautious, above 1 wilder", Values.Above0, 1000, Standard.Temperature);
        Option<int?> topK = Values.OptionalWhole("--top-k", "Choose among this many likeliest tokens only", 1, int.MaxValue);
        Option<double?> topP = Values.OptionalNumber("--top-p", "Choose among the fewest likeliest tokens with together at least this probability only", Values.Above0, 1);
        var greedy = new Option<bool>("--greedy") { Description = "Always take the likeliest token" };
        Option<ulong> seed = Values.Seed("Decides every choice: the same seed writes the same text", Standard.Seed);

        Option<string?> output = Values.Path("--out", "Of a model of music: write a piece to this MIDI file");
        Option<double> tempo = Values.Number("--tempo", "Of music: quarter notes a minute", 4, 1000, 90);

        var command = new Command("generate", "Write on from a prompt, or compose music") { model, prompt, length, temperature, topK, topP, greedy, seed, output, tempo };
        command.SetAction(parsed => Inputs.TaskOf(parsed.GetRequiredValue(model)) == "music"
            ? MusicPrediction.Generate(
                Inputs.MusicModel(parsed.GetRequiredValue(model)), parsed.GetValue(output), parsed.GetValue(length), parsed.GetValue(temperature), parsed.GetValue(tempo), parsed.GetValue(greedy), parsed.GetValue(seed))
            : Run(
            parsed.GetRequiredValue(model),
            new GenerationOptions
            {
                Prompt = parsed.GetValue(prompt) ?? "",
                Length = parsed.GetValue(length),
                Temperature = parsed.GetValue(temperature),
                TopK = parsed.GetValue(topK),
                TopP = parsed.GetValue(topP),
                Greedy = parsed.GetValue(greedy),
                Seed = parsed.GetValue(seed),
            }));
        return command;
    }

    private static int Run(string path, GenerationOptions options)
    {
        using var interrupt = new Interrupt();
        LanguageModel model = Inputs.Model(path);
        Console.Out.Write(options.Prompt);
        try
        {
            foreach (string token in model.Generate(options))
            {
                Console.Out.Write(token);
                if (interrupt.Token.IsCancellationRequested)
                {
                    break;
                }
            }
        }
        catch (InputException error)
        {
            // The only input here is the prompt, a part of the command.
            throw new MistakeException("--prompt: " + error.Message);
        }

        Console.Out.WriteLine();
        return interrupt.Token.IsCancellationRequested ? ExitCode.Failed : ExitCode.Done;
    }
}
