namespace Unfold.Cli.Shell;

/// <summary>Files to be written at the end of long work are tried at its beginning.</summary>
internal static class Outputs
{
    /// <summary>Refuses a name under which nothing can be written, before any work is done for it. Missing directories are made.</summary>
    public static void Require(string option, string? path)
    {
        if (path is null)
        {
            return;
        }

        if (Directory.Exists(path) || Path.EndsInDirectorySeparator(path))
        {
            throw new MistakeException($"{option} expects a file, but '{path}' is a directory");
        }

        try
        {
            if (File.Exists(path))
            {
                new FileStream(path, FileMode.Open, FileAccess.Write).Dispose();
            }
            else
            {
                string folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
                Directory.CreateDirectory(folder);
                string probe = Path.Combine(folder, $".unfold-{Environment.ProcessId}");
                new FileStream(probe, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose).Dispose();
            }
        }
        catch (UnauthorizedAccessException)
        {
            throw new FailureException($"{option}: '{path}' cannot be written: permission denied");
        }
        catch (IOException error)
        {
            throw new FailureException($"{option}: '{path}' cannot be written: {error.Message}");
        }
    }
}
