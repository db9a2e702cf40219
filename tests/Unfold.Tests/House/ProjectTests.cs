using System.Xml.Linq;
using Unfold.Testing;

namespace Unfold.Tests.House;

/// <summary>The projects: versions in one place, every project in the solution, documents whose links lead somewhere.</summary>
public sealed class ProjectTests
{
    private static readonly string[] Folders = ["src", "tests", "bench"];

    private static IEnumerable<string> Projects => Folders.SelectMany(folder => Repository.Files(folder, "*.csproj"));

    [Fact]
    public void PackageVersionsStandInOnePlace()
    {
        string[] wrong = [.. from path in Projects.Append(Repository.At("Directory.Build.props")).Append(Repository.At("tests/Directory.Build.props"))
                             from reference in XDocument.Load(path).Descendants("PackageReference")
                             where reference.Attribute("Version") is not null || reference.Attribute("VersionOverride") is not null
                             select $"{Repository.Relative(path)}: {reference.Attribute("Include")?.Value} carries a version"];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void EveryProjectIsInTheSolution()
    {
        string[] listed = [.. XDocument.Load(Repository.At("Unfold.slnx")).Descendants("Project")
            .Select(project => project.Attribute("Path")!.Value).Order(StringComparer.Ordinal)];
        Assert.Equal(Projects.Select(Repository.Relative).Order(StringComparer.Ordinal), listed);
    }

    [Fact]
    public void TheLibraryReferencesPackagesOnlyForWhatIsNotItsSubject()
    {
        // Reading CSV, and Fourier transforms.
        string[] packages = [.. XDocument.Load(Repository.At("src/Unfold/Unfold.csproj")).Descendants("PackageReference").Select(package => package.Attribute("Include")!.Value)];
        Assert.Equal(["CsvHelper", "MathNet.Numerics"], packages);
    }

    [Fact]
    public void LinksInDocumentsLeadSomewhere()
    {
        var wrong = new List<string>();
        foreach (string path in Repository.Files("docs", "*.md").Concat(Repository.Files("bench", "*.md")).Append(Repository.At("README.md")).Append(Repository.At("CHANGELOG.md")))
        {
            foreach (string target in Links(File.ReadAllText(path)))
            {
                if (!Path.Exists(Path.Combine(Path.GetDirectoryName(path)!, target)))
                {
                    wrong.Add($"{Repository.Relative(path)}: {target}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    /// <summary>Targets of inline links that are paths.</summary>
    private static IEnumerable<string> Links(string markdown)
    {
        for (int at = markdown.IndexOf("](", StringComparison.Ordinal); at >= 0; at = markdown.IndexOf("](", at + 2, StringComparison.Ordinal))
        {
            int end = markdown.IndexOf(')', at);
            string target = end < 0 ? "" : markdown[(at + 2)..end].Split('#')[0];
            if (target.Length > 0 && !target.Contains("://", StringComparison.Ordinal))
            {
                yield return target;
            }
        }
    }
}
