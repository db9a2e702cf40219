using System.IO.Compression;
using Unfold.Testing;

namespace Unfold.Cli.Tests;

/// <summary>A debugger that steps into a package shows code: symbols lead to the sources of the commit, or hold them.</summary>
[Trait("Category", "Heavy")]
[Collection(nameof(Packages))]
public sealed class PackageSymbolTests(Packages packages)
{
    private const string Root = "/_/";

    [Theory]
    [InlineData("Unfold")]
    [InlineData("Unfold.Onnx")]
    public void EverySourceIsLinkedOrIncluded(string name)
    {
        IReadOnlyList<PackageSource> sources = PackageSymbols.Read(packages.At($"{name}.{Packages.Version}.snupkg"), name);
        Assert.All(sources, source => Assert.True(source.Url is not null || source.Text is not null, source.Path));
        CheckFiles(sources, name);
    }

    [Fact]
    public void WhereARemoteIsKnownSourcesAreLinkedToItsCommit()
    {
        using var folder = new TemporaryFolder();
        foreach (string file in Repository.Files("src", "*").Concat(new[] { "Directory.Build.props", "Directory.Build.targets", "Directory.Packages.props", ".editorconfig", "README.md" }.Select(name => Repository.At(name))))
        {
            string copy = folder[Repository.Relative(file)];
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        Git("init", "--quiet");
        Git("add", "--all");
        Git("-c", "user.name=Unfold", "-c", "user.email=unfold@example.com", "commit", "--quiet", "--message", "The sources");
        Git("remote", "add", "origin", "https://github.com/example/unfold.git");
        string commit = Git("rev-parse", "HEAD").Trim();
        using var made = new TemporaryFolder();
        Packages.Pack(folder.Path, made, "Unfold", "Unfold.Onnx");
        foreach (string name in new[] { "Unfold", "Unfold.Onnx" })
        {
            IReadOnlyList<PackageSource> sources = PackageSymbols.Read(made[$"packages/{name}.{Packages.Version}.snupkg"], name);
            CheckFiles(sources, name);
            foreach (PackageSource source in sources)
            {
                // What was made on the way is in no commit.
                if (FileOf(source) is string file)
                    Assert.Equal(($"https://raw.githubusercontent.com/example/unfold/{commit}/{file}", null), (source.Url, source.Text));
                else
                    Assert.NotNull(source.Text);
            }

            using ZipArchive package = ZipFile.OpenRead(made[$"packages/{name}.{Packages.Version}.nupkg"]);
            using StreamReader about = new(package.GetEntry($"{name}.nuspec")!.Open());
            Assert.Matches($"<repository type=\"git\" url=\"https://github.com/example/unfold.git\" [^>]*commit=\"{commit}\"", about.ReadToEnd());
        }

        string Git(params string[] arguments) => Packages.Run("git", folder.Path, arguments);
    }

    /// <summary>All files of a project that hold code are there, under their paths in the repository, and a text is that of the file.</summary>
    private static void CheckFiles(IReadOnlyList<PackageSource> sources, string project)
    {
        string[] files = [.. Repository.Files($"src/{project}", "*.cs").Select(Repository.Relative)];
        Dictionary<string, PackageSource> known = sources.Where(source => FileOf(source) is not null).ToDictionary(source => FileOf(source)!);
        Assert.InRange(files.Count(known.ContainsKey), files.Length * 2 / 3, files.Length); // the others declare, and have nothing to step through
        foreach ((string file, PackageSource source) in known)
            Assert.True(source.Text is null || source.Text == File.ReadAllText(Repository.At(file)), file);
    }

    /// <summary>The file of the repository, by its path there; null for what was made on the way.</summary>
    private static string? FileOf(PackageSource source) =>
        source.Path.StartsWith(Root, StringComparison.Ordinal) && File.Exists(Repository.At(source.Path[Root.Length..])) ? source.Path[Root.Length..] : null;
}
