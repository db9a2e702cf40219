using Unfold.Data.Tagging;
using Unfold.Models;

namespace Unfold.PublicApi.Tests.Examples;

/// <summary>docs/tagging.md shows the body of <see cref="Run"/>.</summary>
[Collection("Console")]
public sealed class TaggingExample
{
    [Fact]
    public void TagsWords()
    {
        string before = Environment.CurrentDirectory;
        string folder = Directory.CreateTempSubdirectory("unfold-example-").FullName;
        TextWriter console = Console.Out;
        using StringWriter output = new();
        try
        {
            Environment.CurrentDirectory = folder;
            Console.SetOut(output);
            Run();
            Assert.Equal("DET NOUN VERB", output.ToString().Trim());
            Assert.True(new FileInfo("tagger.safetensors").Length > 1000);
        }
        finally
        {
            Console.SetOut(console);
            Environment.CurrentDirectory = before;
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Run()
    {
        File.WriteAllText("train.txt", string.Concat(Enumerable.Repeat("dogs NOUN\nrun VERB\n\nthe DET\ncat NOUN\nruns VERB\n\n", 20)));
        Tagger tagger = Tagger.Train(TaggedFiles.Load("train.txt"), new TaggerOptions { Crf = true, Epochs = 10 });
        Console.WriteLine(string.Join(' ', tagger.Tag("the", "dog", "runs")));
        tagger.Save("tagger.safetensors");
    }
}
