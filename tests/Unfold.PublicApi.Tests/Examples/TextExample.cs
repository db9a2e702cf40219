using Unfold.Data;
using Unfold.Models;

namespace Unfold.PublicApi.Tests.Examples;

/// <summary>docs/text.md shows the body of <see cref="Run"/>.</summary>
[Collection("Console")]
public sealed class TextExample
{
    [Fact]
    public async Task TrainsSavesLoadsStreamsAndScores()
    {
        string before = Environment.CurrentDirectory;
        TextWriter output = Console.Out;
        string folder = Directory.CreateTempSubdirectory("unfold-example-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "plays.txt"), string.Concat(Enumerable.Repeat("the cat sat on the mat\nthe dog ran to the cat\n", 200)));
            Environment.CurrentDirectory = folder;
            using var written = new StringWriter();
            Console.SetOut(written);
            await Run();
            string[] lines = written.ToString().TrimEnd().Split('\n');
            Assert.Equal("True", lines[^1].TrimEnd());
            Assert.EndsWith("  the sat cat", lines[^2].TrimEnd(), StringComparison.Ordinal);
            Assert.True(Score(lines[^3]) > Score(lines[^2]));
        }
        finally
        {
            Console.SetOut(output);
            Environment.CurrentDirectory = before;
            Directory.Delete(folder, recursive: true);
        }
    }

    private static double Score(string line) => double.Parse(line[(line.LastIndexOf('-'))..].Split(' ')[0]);

    private static async Task Run()
    {
        string text = TextCorpus.ReadText("plays.txt");
        LanguageModel model = LanguageModel.Train(text, new LanguageModelOptions { Hidden = 32, Epochs = 3, Seed = 7 });
        model.Save("plays.safetensors");

        LanguageModel loaded = LanguageModel.Load("plays.safetensors");
        await foreach (string token in loaded.GenerateAsync(new GenerationOptions { Prompt = "the ", Length = 100, TopP = 0.9 }))
            Console.Write(token);
        foreach (TextScore line in loaded.Score("the cat sat\nthe sat cat\n", carryState: false).Lines)
            Console.WriteLine($"{line.LogProbability:F2}  {line.Text}");
        Console.WriteLine(loaded.Evaluate(text).Perplexity < loaded.Evaluate(text).UnigramPerplexity);
    }
}
