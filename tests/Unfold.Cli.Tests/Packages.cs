using Unfold.Testing;

namespace Unfold.Cli.Tests;

/// <summary>The packages, made once for all tests that want them, in a folder that is a source of packages; what is restored from it stays in a folder of its own.</summary>
public sealed class Packages : IDisposable
{
    public const string Version = "0.1.0";

    private readonly TemporaryFolder _folder = new();

    public Packages() => Pack(Repository.Root, _folder, "Unfold", "Unfold.Onnx", "Unfold.Cli");

    public string At(string name) => _folder[Path.Combine("packages", name)];

    /// <summary>Packs projects of a checkout into the folder <c>packages</c>, touching nothing in the checkout.</summary>
    internal static void Pack(string checkout, TemporaryFolder folder, params string[] projects)
    {
        foreach (string project in projects)
        {
            // The build servers would outlive the test and keep its pipes open.
            Run("dotnet", folder.Path, "pack", Path.Combine(checkout, "src", project), "-c", "Release", "-o", folder["packages"], "--artifacts-path", folder["artifacts"], "--disable-build-servers");
        }
    }

    /// <summary>Runs a program to its end, and tells what it said; a failure fails the test.</summary>
    internal static string Run(string program, string folder, params string[] arguments)
    {
        using UnfoldProcess run = UnfoldProcess.Start(program, folder, arguments);
        run.WaitForExit();
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        return run.Output;
    }

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

    public void Dispose() => _folder.Dispose();

    [CollectionDefinition(nameof(Packages))]
    public sealed class Definition : ICollectionFixture<Packages>;
}
