namespace Unfold.Cli.Shell;

/// <summary>What the process answers.</summary>
internal static class ExitCode
{
    /// <summary>The work was done.</summary>
    public const int Done = 0;

    /// <summary>The work failed, or was interrupted before its end.</summary>
    public const int Failed = 1;

    /// <summary>The command itself is wrong: an unknown option, a value out of range, a file that is not there.</summary>
    public const int Mistake = 2;
}
