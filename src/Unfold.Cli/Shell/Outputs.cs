namespace Unfold.Cli.Shell;

/// <summary>Files to be written at the end of long work are tried at its beginning.</summary>
internal static class Outputs
{
    /// <summary>Refuses a name under which nothing can be written, before any work is done for it.</summary>
    public static void Require(string option, string? path)
    {
        if (path is null)
        {
            return;
        }

        if (Directory.Exists(path))
        {
            throw new MistakeException($"{option} expects a file, but '{path}' is a directory");
        }

        string folder = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        if (!Directory.Exists(folder))
        {
            throw new MistakeException($"{option}: there is no directory '{Path.GetDirectoryName(path)}' to write '{Path.GetFileName(path)}' in");
        }

        string probe = Path.Combine(folder, $".unfold-{Environment.ProcessId}");
        try
        {
            using var stream = new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception error) when (error is UnauthorizedAccessException or IOException)
        {
            throw new FailureException($"{option}: nothing can be written in '{folder}': {error.Message}");
        }
    }
}
