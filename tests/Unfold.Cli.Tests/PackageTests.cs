using System.IO.Compression;
using System.Runtime.InteropServices;
using Unfold.Testing;

namespace Unfold.Cli.Tests;

/// <summary>What <c>dotnet pack</c> makes, as a user meets it: added to a new project from a folder, it runs what README.md shows; the tool is installed and answers.</summary>
[Trait("Category", "Heavy")]
[Collection(nameof(Packages))]
public sealed class PackageTests(Packages packages)
{
    [Theory]
    [InlineData("Unfold")]
    [InlineData("Unfold.Onnx")]
    public void APackageHasWhatOneExpects(string name)
    {
        using ZipArchive package = ZipFile.OpenRead(packages.At($"{name}.{Packages.Version}.nupkg"));
        string[] files = [.. package.Entries.Select(entry => entry.FullName)];
        Assert.Contains("README.md", files);
        Assert.Contains($"lib/net10.0/{name}.dll", files);
        Assert.Contains($"lib/net10.0/{name}.xml", files);
        using StreamReader about = new(package.GetEntry($"{name}.nuspec")!.Open());
        Assert.Contains("<license type=\"expression\">MIT</license>", about.ReadToEnd());
    }

    [Fact]
    public void TheReadmesLinesRunInANewProjectAndPublishedTrimmed()
    {
        using TemporaryFolder folder = packages.NewFolder();
        string[] code = [.. File.ReadLines(Repository.At("README.md")).SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```")];
        Assert.InRange(code.Length, 10, 20);
        Directory.CreateDirectory(folder["src"]);
        File.WriteAllText(folder["src/data.cs"], string.Concat(Enumerable.Range(0, 200).Select(i => $"public int Number{i}() => {i * i % 97};\n")));
        string output = RunAsUsualAndTrimmed(folder, string.Join('\n', code), "code.safetensors", "Unfold");
        Assert.InRange(output.Length, 200, 500);
    }

    [Fact]
    public void AModelIsExportedToOnnxAndReadInANewProjectAndPublishedTrimmed()
    {
        using TemporaryFolder folder = packages.NewFolder();
        string output = RunAsUsualAndTrimmed(folder, """
            using Unfold.Models;
            using Unfold.Onnx;

            string text = "the cat sat on the mat\na dog ran to a tree\n";
            LanguageModel model = LanguageModel.Train(string.Concat(Enumerable.Repeat(text, 20)), new LanguageModelOptions { Hidden = 12, Epochs = 2, Batch = 4, Unroll = 16, Seed = 1 });
            OnnxExport.Save(model, "model.onnx", new OnnxExportOptions { Probabilities = true, States = false, Lengths = false });

            // A text is read as what follows the end of a line.
            int[] tokens = [model.Vocabulary.LineEnd, .. model.Vocabulary.Encode(text)];
            OnnxTensor read = new([tokens.Length - 1, 1], [.. tokens[..^1].Select(token => (long)token)]);
            OnnxNetwork network = OnnxNetwork.Load("model.onnx");
            float[] probabilities = network.Run(new Dictionary<string, OnnxTensor> { ["tokens"] = read })["probabilities"].Real.Values.ToArray();
            double logProbability = tokens.Skip(1).Select((token, row) => Math.Log(probabilities[row * model.Vocabulary.Count + token])).Sum();
            Console.WriteLine($"{network.Layers[0].Cell.Parameters.Count} {logProbability:F3} {model.Score(text).Whole.LogProbability:F3}");
            """, "model.onnx", "Unfold", "Unfold.Onnx");
        string[] told = output.Trim().Split(' ');
        Assert.Equal(3, told.Length);
        Assert.NotEqual("0", told[0]);
        Assert.StartsWith("-", told[1]);
        Assert.Equal(told[2], told[1]);
    }

    [Fact]
    public void TheToolIsInstalledAndAnswers()
    {
        using TemporaryFolder folder = packages.NewFolder();
        Packages.Run("dotnet", folder.Path, "tool", "install", "Unfold.Tool", "--version", Packages.Version, "--tool-path", folder["tools"]);
        using UnfoldProcess tool = UnfoldProcess.Start(folder[OperatingSystem.IsWindows() ? "tools/unfold.exe" : "tools/unfold"], folder.Path, "--version");
        tool.WaitForExit();
        Assert.Equal((Packages.Version + "\n", "", 0), (tool.Output, tool.Error, tool.ExitCode));
    }

    /// <summary>
    /// Makes a new project of a program and runs it, and again published self-contained and trimmed, which must say the same and write the same file. No warning is allowed, of trimming neither.
    /// </summary>
    /// <returns>What it said.</returns>
    private static string RunAsUsualAndTrimmed(TemporaryFolder folder, string program, string written, params string[] references)
    {
        folder.Write("Program.cs", program);
        folder.Write("New.csproj", $"""
            <Project Sdk="Microsoft.NET.Sdk">
              <PropertyGroup>
                <OutputType>Exe</OutputType>
                <TargetFramework>net10.0</TargetFramework>
                <ImplicitUsings>enable</ImplicitUsings>
                <Nullable>enable</Nullable>
                <PublishTrimmed>true</PublishTrimmed>
                <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
                <DefaultItemExcludes>$(DefaultItemExcludes);src/**</DefaultItemExcludes>
              </PropertyGroup>
              <ItemGroup>
                {string.Join("\n    ", references.Select(name => $"<PackageReference Include=\"{name}\" Version=\"{Packages.Version}\" />"))}
              </ItemGroup>
            </Project>
            """);
        string output = Packages.Run("dotnet", folder.Path, "run", "-c", "Release");
        byte[] first = File.ReadAllBytes(folder[written]);
        File.Delete(folder[written]);

        string platform = (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-") + RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();
        Packages.Run("dotnet", folder.Path, "publish", "-c", "Release", "-r", platform, "--self-contained", "-o", folder["out"]);
        Assert.Equal(output, Packages.Run(folder[OperatingSystem.IsWindows() ? "out/New.exe" : "out/New"], folder.Path));
        Assert.Equal(first, File.ReadAllBytes(folder[written]));
        return output;
    }
}
