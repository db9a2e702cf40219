using System.CommandLine;
using Unfold.Cells;

namespace Unfold.Cli.Shell;

/// <summary>The one place where anything that went wrong becomes a line on standard error and an exit code.</summary>
internal static class Boundary
{
    /// <summary>Set, an unexpected error also prints where it came from: for a report of a defect.</summary>
    private const string TraceVariable = "UNFOLD_TRACE";

    private const int BrokenPipe = 32;

    public static int Run(string[] args)
    {
        if (args is ["--version"])
        {
            Console.Out.WriteLine(Root.Version);
            return ExitCode.Done;
        }

        try
        {
            return Invoke(args);
        }
        catch (MistakeException error)
        {
            return Say(ExitCode.Mistake, error.Message);
        }
        catch (FailureException error)
        {
            return Say(ExitCode.Failed, error.Message);
        }
        catch (OptionException error)
        {
            return Say(ExitCode.Mistake, error.Message);
        }
        catch (NotationException error)
        {
            return Say(ExitCode.Mistake, "the list is wrong\n" + error.Message);
        }
        catch (CellException error) when (error.Diagnostics.Count == 0)
        {
            return Say(ExitCode.Mistake, error.Message);
        }
        catch (CellException error)
        {
            return Say(ExitCode.Failed, "the cell's equations are wrong\n" + error.Message);
        }
        catch (UnfoldException error)
        {
            return Say(ExitCode.Failed, error.Message);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return Say(ExitCode.Mistake, error.Message);
        }
        catch (IOException error) when ((error.HResult & 0xFFFF) == BrokenPipe)
        {
            // The reader of our output has gone, as `| head` does: there is nobody left to tell.
            return ExitCode.Failed;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return Say(ExitCode.Failed, error.Message);
        }
        catch (ArgumentException error)
        {
            return Say(ExitCode.Mistake, error.Message);
        }
        catch (OperationCanceledException)
        {
            return Say(ExitCode.Failed, "interrupted");
        }
        catch (OutOfMemoryException)
        {
            return Say(ExitCode.Failed, "not enough memory for this; a smaller --hidden, --batch or --unroll needs less");
        }
        catch (Exception error)
        {
            return Unexpected(error);
        }
    }

    private static int Invoke(string[] args)
    {
        Pipe.NoticeItsEnd();
        RootCommand root = Root.Build(args);

        // A prompt may begin with '@' or '-': no response files, no bundles of short options.
        ParseResult parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null, EnablePosixBundling = false });
        if (parsed.Errors.Count > 0 && !Help.IsAskedFor(args))
        {
            string command = Help.CommandPath(parsed.CommandResult);
            string message = Suggestions.Improve(parsed.Errors[0], parsed);
            return Say(ExitCode.Mistake, $"{message} (see '{command} --help')");
        }

        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
    }

    private static int Say(int code, string message)
    {
        // The details of a message, where it has any, follow on lines of their own.
        Console.Error.WriteLine("unfold: " + PlainText.Of(message));
        return code;
    }

    private static int Unexpected(Exception error)
    {
        if (Environment.GetEnvironmentVariable(TraceVariable) is { Length: > 0 })
        {
            Console.Error.WriteLine(error);
        }

        return Say(
            ExitCode.Failed,
            $"unexpected error, a defect of this program: {error.GetType().Name}: {error.Message} ({TraceVariable}=1 shows where)");
    }
}
