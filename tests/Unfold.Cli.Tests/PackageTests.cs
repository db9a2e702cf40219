using System.IO.Compression;
using System.Runtime.InteropServices;
using Unfold.Testing;

namespace Unfold.Cli.Tests;

/// <summary>What <c>dotnet pack</c> makes, as a user meets it: added to a new project from a folder, it runs what README.md shows; the tool is installed and answers.</summary>
[Trait("Category", "Heavy")]
public sealed class PackageTests(PackageTests.Packages packages) : IClassFixture<PackageTests.Packages>
{
    private const string Version = "0.1.0";

    [Theory]
    [InlineData("Unfold")]
    [InlineData("Unfold.Onnx")]
    public void APackageHasWhatOneExpects(string name)
    {
        using ZipArchive package = ZipFile.OpenRead(packages.At($"{name}.{Version}.nupkg")), symbols = ZipFile.OpenRead(packages.At($"{name}.{Version}.snupkg"));
        string[] files = [.. package.Entries.Select(entry => entry.FullName)];
        Assert.Contains("README.md", files);
        Assert.Contains($"lib/net10.0/{name}.dll", files);
        Assert.Contains($"lib/net10.0/{name}.xml", files);
        Assert.Contains($"lib/net10.0/{name}.pdb", symbols.Entries.Select(entry => entry.FullName));
        using StreamReader about = new(package.GetEntry($"{name}.nuspec")!.Open());
        Assert.Contains("<license type=\"expression\">MIT</license>", about.ReadToEnd());
    }

    [Fact]
    public void TheReadmesLinesRunInANewProjectAndPublishedTrimmed()
    {
        using TemporaryFolder folder = packages.NewFolder();
        string[] code = [.. File.ReadLines(Repository.At("README.md")).SkipWhile(line => line != "```csharp").Skip(1).TakeWhile(line => line != "```")];
        Assert.InRange(code.Length, 10, 20);
        File.WriteAllLines(folder["Program.cs"], code);
        Directory.CreateDirectory(folder["src"]);
        File.WriteAllText(folder["src/data.cs.txt"], string.Concat(Enumerable.Range(0, 200).Select(i => $"public int Number{i}() => {i * i % 97};\n")));
        File.Move(folder["src/data.cs.txt"], folder["src/data.cs"]);
        File.WriteAllText(folder["New.csproj"], $"""
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
                <PackageReference Include="Unfold" Version="{Version}" />
              </ItemGroup>
            </Project>
            """);
        string output = packages.Dotnet(folder.Path, "run", "-c", "Release");
        Assert.InRange(output.Length, 200, 500);
        byte[] model = File.ReadAllBytes(folder["code.safetensors"]);
        File.Delete(folder["code.safetensors"]);

        string platform = (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-") + RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();
        packages.Dotnet(folder.Path, "publish", "-c", "Release", "-r", platform, "--self-contained", "-o", folder["out"]);
        using UnfoldProcess published = UnfoldProcess.Start(folder[OperatingSystem.IsWindows() ? "out/New.exe" : "out/New"], folder.Path);
        published.WaitForExit();
        Assert.Equal((0, ""), (published.ExitCode, published.Error));
        Assert.Equal(output, published.Output);
        Assert.Equal(model, File.ReadAllBytes(folder["code.safetensors"]));
    }

    [Fact]
    public void TheToolIsInstalledAndAnswers()
    {
        using TemporaryFolder folder = packages.NewFolder();
        packages.Dotnet(folder.Path, "tool", "install", "Unfold.Tool", "--version", Version, "--tool-path", folder["tools"]);
        using UnfoldProcess tool = UnfoldProcess.Start(folder[OperatingSystem.IsWindows() ? "tools/unfold.exe" : "tools/unfold"], folder.Path, "--version");
        tool.WaitForExit();
        Assert.Equal((Version + "\n", "", 0), (tool.Output, tool.Error, tool.ExitCode));
    }

    /// <summary>The packages, made once for all tests of the class, in a folder that is a source of packages; what is restored from it stays in a folder of its own.</summary>
    public sealed class Packages : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Packages()
        {
            foreach (string project in new[] { "Unfold", "Unfold.Onnx", "Unfold.Cli" })
                Dotnet(_folder.Path, "pack", Repository.At("src", project), "-c", "Release", "-o", _folder["packages"], "--artifacts-path", _folder["artifacts"], "--disable-build-servers");
        }

        public string At(string name) => _folder[Path.Combine("packages", name)];

        /// <summary>A folder whose projects find the packages.</summary>
        internal TemporaryFolder NewFolder()
        {
            var folder = new TemporaryFolder();
            folder.Write("nuget.config", $"""
                <configuration>
                  <config><add key="globalPackagesFolder" value="{_folder["restored"]}" /></config>
                  <packageSources><add key="made" value="{_folder["packages"]}" /></packageSources>
                </configuration>
                """);
            return folder;
        }

        /// <summary>Runs the SDK to its end, and tells what it said; a failure fails the test.</summary>
        public string Dotnet(string folder, params string[] arguments)
        {
            using UnfoldProcess run = UnfoldProcess.Start("dotnet", folder, arguments);
            run.WaitForExit();
            Assert.True(run.ExitCode == 0, run.Output + run.Error);
            return run.Output;
        }

        public void Dispose() => _folder.Dispose();
    }
}
