using System.IO.Compression;
using System.Runtime.InteropServices;
using Unfold.Testing;

namespace Unfold.Cli.Tests;

/// <summary>The packages, as a stranger uses them: from a folder, in a project that knows nothing of this repository.</summary>
[Trait("Category", "Heavy")]
public sealed class PackageTests(PackageTests.Packages packages) : IClassFixture<PackageTests.Packages>
{
    [Fact]
    public void PackagesCarryReadmeLicenceDocumentationAndSymbolsWithSources()
    {
        foreach ((string package, string assembly) in new[] { ("Unfold", "lib/net10.0/Unfold"), ("Unfold.Tool", "tools/net10.0/any/Unfold.Cli") })
        {
            using ZipArchive archive = ZipFile.OpenRead(packages.File(package, "nupkg"));
            string[] names = [.. archive.Entries.Select(entry => entry.FullName)];
            Assert.Contains("README.md", names);
            Assert.Contains("LICENSE", names);
            Assert.Contains(assembly + ".dll", names);
            using StreamReader description = new(archive.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open());
            string nuspec = description.ReadToEnd();
            Assert.Contains("<license type=\"expression\">MIT</license>", nuspec, StringComparison.Ordinal);
            Assert.Contains("<readme>README.md</readme>", nuspec, StringComparison.Ordinal);
            using ZipArchive symbols = ZipFile.OpenRead(packages.File(package, "snupkg"));

            // The assembly alone is a fraction of what its symbols have with the sources in them.
            Assert.True(symbols.Entries.Single(entry => entry.FullName == assembly + ".pdb").Length > 100_000);
        }

        using ZipArchive library = ZipFile.OpenRead(packages.File("Unfold", "nupkg"));
        Assert.Contains("lib/net10.0/Unfold.xml", library.Entries.Select(entry => entry.FullName));
    }

    [Fact]
    public void TheReadmesLinesRunInANewProjectAndPublishedTrimmed()
    {
        using var folder = new TemporaryFolder();
        string readme = File.ReadAllText(Repository.At("README.md"));
        int start = readme.IndexOf("```csharp\n", StringComparison.Ordinal) + "```csharp\n".Length;
        folder.Write("Program.cs", readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)]);
        packages.WriteProject(folder, "App");
        Directory.CreateDirectory(folder["src"]);
        File.Copy(Repository.At("src", "Unfold", "Cells", "Cell.cs"), folder[Path.Combine("src", "Cell.cs")]);

        // The example's texts are no sources of the project.
        string run = Packages.Dotnet(folder.Path, "run", "-c", "Release");
        Assert.InRange(run.Trim().Length, 150, 250);
        Assert.True(new FileInfo(folder["code.safetensors"]).Length > 10_000);
        byte[] model = File.ReadAllBytes(folder["code.safetensors"]);
        File.Delete(folder["code.safetensors"]);

        string published = Packages.Dotnet(folder.Path, "publish", "-c", "Release", "-r", Platform, "--self-contained", "-p:PublishTrimmed=true", "-p:TrimmerSingleWarn=false", "-o", folder["out"]);
        Assert.DoesNotContain("warning", published, StringComparison.OrdinalIgnoreCase);
        using UnfoldProcess app = UnfoldProcess.Start(folder[Path.Combine("out", OperatingSystem.IsWindows() ? "App.exe" : "App")], folder.Path);
        app.WaitForExit();
        Assert.Equal(("", 0), (app.Error, app.ExitCode));
        Assert.Equal(run.Trim(), app.Output.Trim());
        Assert.Equal(model, File.ReadAllBytes(folder["code.safetensors"]));
    }

    [Fact]
    public void TheToolIsInstalledAndAnswers()
    {
        using var folder = new TemporaryFolder();
        packages.WriteSources(folder);
        Packages.Dotnet(folder.Path, "tool", "install", "Unfold.Tool", "--tool-path", folder["tools"], "--version", packages.Version, "--configfile", folder["nuget.config"]);
        using UnfoldProcess tool = UnfoldProcess.Start(folder[Path.Combine("tools", OperatingSystem.IsWindows() ? "unfold.exe" : "unfold")], folder.Path, "cell", "show", "gru");
        tool.WaitForExit();
        Assert.Equal((0, ""), (tool.ExitCode, tool.Error));
        Assert.Contains("h' = (1 - z) * n + z * h", tool.Output, StringComparison.Ordinal);
    }

    private static string Platform =>
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-") + RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();

    /// <summary>Both packages, made once for all tests of the class, of a version that no cache has.</summary>
    public sealed class Packages : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public Packages()
        {
            foreach (string project in (string[])["Unfold", "Unfold.Cli"])
            {
                Dotnet(_folder.Path, "pack", Repository.At("src", project), "-c", "Release", "-o", _folder["packages"], $"-p:Version={Version}", "--artifacts-path", _folder["artifacts"]);
            }
        }

        /// <summary>The packages' version.</summary>
        public string Version { get; } = $"0.0.1-test{DateTime.UtcNow.Ticks}";

        /// <summary>Runs the SDK to its end and gives what it said; the test fails where it fails.</summary>
        public static string Dotnet(string folder, params string[] arguments)
        {
            // The build servers would outlive the test and keep its pipes open.
            string[] ending = arguments[0] is "pack" or "publish" ? ["--disable-build-servers"] : [];
            using UnfoldProcess run = UnfoldProcess.Start("dotnet", folder, [.. arguments, .. ending]);
            run.WaitForExit();
            Assert.True(run.ExitCode == 0, $"dotnet {string.Join(' ', arguments)}:\n{run.Output}{run.Error}");
            return run.Output;
        }

        /// <summary>The path of a package.</summary>
        public string File(string package, string ending) => _folder[Path.Combine("packages", $"{package}.{Version}.{ending}")];

        /// <summary>Names the folder of the packages as a source beside the usual one.</summary>
        internal void WriteSources(TemporaryFolder folder) => folder.Write(
            "nuget.config", $"""<configuration><packageSources><add key="unfold-test" value="{_folder["packages"]}" /></packageSources></configuration>""");

        /// <summary>A new console project that refers to the library's package.</summary>
        internal void WriteProject(TemporaryFolder folder, string name)
        {
            WriteSources(folder);
            folder.Write($"{name}.csproj", $"""
                <Project Sdk="Microsoft.NET.Sdk">
                  <PropertyGroup>
                    <OutputType>Exe</OutputType>
                    <TargetFramework>net10.0</TargetFramework>
                    <ImplicitUsings>enable</ImplicitUsings>
                    <Nullable>enable</Nullable>
                  </PropertyGroup>
                  <ItemGroup>
                    <Compile Remove="src/**" />
                    <PackageReference Include="Unfold" Version="{Version}" />
                  </ItemGroup>
                </Project>
                """);
        }

        public void Dispose()
        {
            _folder.Dispose();

            // What restoring left in the user's cache under the version of this run alone.
            string cache = Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");
            foreach (string package in (string[])["unfold", "unfold.tool"])
            {
                string left = Path.Combine(cache, package, Version);
                if (Directory.Exists(left))
                {
                    Directory.Delete(left, recursive: true);
                }
            }
        }
    }
}
