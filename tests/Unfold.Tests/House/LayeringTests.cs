using System.Text.RegularExpressions;
using Unfold.Testing;

namespace Unfold.Tests.House;

/// <summary>Imports run downward only, and intrinsics are named only under Kernels.</summary>
public sealed partial class LayeringTests
{
    /// <summary>What each folder of the library may import beside itself, from the bottom up.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
    {
        ["Kernels"] = [],
        ["Tensors"] = ["Kernels"],
        ["Autodiff"] = ["Kernels", "Tensors"],
        ["Losses"] = ["Kernels", "Tensors", "Autodiff", "Cells", "Layers"],
        ["Metrics"] = ["Kernels", "Tensors"],
        ["Optimizers"] = ["Kernels", "Tensors", "Autodiff"],
        ["Cells"] = ["Kernels", "Tensors", "Autodiff"],
        ["Layers"] = ["Kernels", "Tensors", "Autodiff", "Cells"],
        ["Formats"] = ["Kernels", "Tensors", "Autodiff", "Cells", "Layers"],
        ["Data"] = ["Kernels", "Tensors", "Formats"],
        ["Baselines"] = ["Kernels", "Tensors", "Data"],
        ["Notation"] = ["Kernels", "Tensors", "Autodiff", "Cells", "Layers", "Data"],
        ["Measurement"] = ["Kernels", "Tensors", "Autodiff", "Cells", "Layers", "Formats"],
        ["Training"] = ["Kernels", "Tensors", "Autodiff", "Cells", "Layers", "Losses", "Metrics", "Optimizers", "Data", "Formats"],
        ["Models"] = ["Kernels", "Tensors", "Autodiff", "Cells", "Layers", "Losses", "Metrics", "Optimizers", "Data", "Formats", "Notation", "Baselines", "Training"],
    };

    /// <summary>Parts of Cells that are about equations only, and what those may not import.</summary>
    private static readonly Dictionary<string, string[]> Forbidden = new(StringComparer.Ordinal)
    {
        ["Syntax"] = ["Kernels", "Tensors", "Autodiff"],
        ["Graph"] = ["Kernels", "Tensors", "Autodiff"],
        ["Recognition"] = ["Kernels", "Tensors", "Autodiff"],
        ["Printing"] = ["Kernels", "Tensors", "Autodiff"],
        ["Reference"] = ["Autodiff"],
    };

    [Fact]
    public void ImportsRunDownwardOnly()
    {
        var wrong = new List<string>();
        foreach (string path in Repository.Files("src/Unfold", "*.cs"))
        {
            string name = Repository.Relative(path);
            string[] parts = name.Split('/');
            if (parts.Length < 4)
            {
                continue;
            }

            string folder = parts[2];
            if (!Allowed.TryGetValue(folder, out string[]? allowed))
            {
                wrong.Add($"{name}: the folder {folder} has no place in the layering; give it one in this test and in docs/architecture.md");
                continue;
            }

            string[] forbidden = folder == "Cells" ? Forbidden.GetValueOrDefault(parts[3], []) : [];
            foreach (string imported in Imports(path))
            {
                string target = imported.Split('.')[0];
                if (target != folder && (!allowed.Contains(target) || forbidden.Contains(target)))
                {
                    wrong.Add($"{name}: imports Unfold.{imported}");
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void TheCommandLineImportsNoKernels()
    {
        string[] wrong = [.. from path in Repository.Files("src/Unfold.Cli", "*.cs")
                             from imported in Imports(path)
                             where imported.Split('.')[0] is "Kernels" or "Formats"
                             select $"{Repository.Relative(path)}: imports Unfold.{imported}"];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void IntrinsicsAreNamedOnlyUnderKernels()
    {
        string[] wrong = [.. Repository.Files("src", "*.cs").Select(Repository.Relative)
            .Where(name => !name.StartsWith("src/Unfold/Kernels/", StringComparison.Ordinal))
            .Where(name => File.ReadAllText(Repository.At(name)).Contains("System.Runtime.Intrinsics", StringComparison.Ordinal))];
        Assert.True(wrong.Length == 0, string.Join('\n', wrong));
    }

    /// <summary>Namespaces of this library that the code of a file names, without the leading "Unfold.".</summary>
    private static IEnumerable<string> Imports(string path) =>
        from line in File.ReadLines(path)
        let code = line.Split("//")[0]
        where !code.TrimStart().StartsWith("namespace ", StringComparison.Ordinal)
        from Match match in LibraryName().Matches(code)
        select match.Groups["name"].Value;

    [GeneratedRegex(@"(?<![\w.""])Unfold\.(?<name>[A-Z]\w*(\.[A-Z]\w*)*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LibraryName();
}
