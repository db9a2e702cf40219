using Unfold.Cells;
using Unfold.Data;
using Unfold.Models;
using Unfold.Testing;

namespace Unfold.PublicApi.Tests.Examples;

/// <summary>README.md shows the body of <see cref="Run"/>.</summary>
[Collection("Console")]
public sealed class ReadmeExample
{
    [Fact]
    public void WritesAndSavesAModelThatLoads()
    {
        string before = Environment.CurrentDirectory;
        TextWriter output = Console.Out;
        string folder = Directory.CreateTempSubdirectory("unfold-example-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(folder, "src"));
            foreach (string source in Repository.Files("src/Unfold.Cli/Shell", "*.cs"))
            {
                File.Copy(source, Path.Combine(folder, "src", Path.GetFileName(source)));
            }

            Environment.CurrentDirectory = folder;
            using var written = new StringWriter();
            Console.SetOut(written);
            Run();

            Assert.InRange(written.ToString().Length, 200, 400);
            LanguageModel model = LanguageModel.Load("code.safetensors");
            Assert.Equal(64, model.Options.Hidden);
            Assert.Contains("f * n", model.Describe());
        }
        finally
        {
            Console.SetOut(output);
            Environment.CurrentDirectory = before;
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Run()
    {
        Cell cell = Cell.Parse("""
            # A minimal gated unit: Zhou et al. 2016
            f  = sigmoid(Wf x + Uf h + bf)
            n  = tanh(Wn x + Un (f * h) + bn)
            h' = (1 - f) * h + f * n
            """);
        TextCorpus corpus = TextCorpus.Load(["src"], "*.cs");
        LanguageModel model = LanguageModel.Train(corpus, new LanguageModelOptions { Cell = cell, Hidden = 64, Epochs = 2 });
        foreach (string token in model.Generate(new GenerationOptions { Prompt = "public ", Length = 200, Temperature = 0.8 }))
            Console.Write(token);
        model.Save("code.safetensors");
    }
}
