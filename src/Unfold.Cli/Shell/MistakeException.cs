namespace Unfold.Cli.Shell;

/// <summary>A mistake in the command itself: one line says what is wrong and how to put it right; the exit code is 2.</summary>
internal sealed class MistakeException(string message) : Exception(message);

/// <summary>The work failed for a reason that the person who ran the command can act on; the exit code is 1.</summary>
internal sealed class FailureException(string message) : Exception(message);
