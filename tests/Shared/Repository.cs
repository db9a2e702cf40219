namespace Unfold.Testing;

/// <summary>Where the sources under test and the data sets lie.</summary>
internal static class Repository
{
    /// <summary>The folder of Unfold.slnx, found upwards from the test assembly.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The folder of the data sets: UNFOLD_DATA, else shared/data beside the repository; it need not exist.</summary>
    public static string Data { get; } =
        Environment.GetEnvironmentVariable("UNFOLD_DATA") is { Length: > 0 } named
            ? named
            : Path.GetFullPath(Path.Combine(Root, "..", "shared", "data"));

    /// <summary>A path below the root, from its parts.</summary>
    public static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Files below a folder of the repository, build outputs left out, in a fixed order.</summary>
    public static IReadOnlyList<string> Files(string folder, string pattern)
    {
        string start = At(folder);
        if (!Directory.Exists(start))
        {
            return [];
        }

        return [.. Directory.EnumerateFiles(start, pattern, SearchOption.AllDirectories)
            .Where(path => !Relative(path).Split('/').Any(part => part is "bin" or "obj" or ".git" or "artifacts" or "TestResults"))
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>A path as the repository names it: relative to the root, with forward slashes.</summary>
    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Unfold.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"Unfold.slnx is not above {AppContext.BaseDirectory}: run the tests from a checkout.");
    }
}
