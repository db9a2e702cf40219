using System.Diagnostics;

namespace Unfold.Testing;

/// <summary>A fact that needs a module of the system's Python. Where it is absent the test is skipped, and the reason names it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class PythonFactAttribute : FactAttribute
{
    /// <param name="module">The module: <c>torch</c>, <c>numpy</c>.</param>
    public PythonFactAttribute(string module)
    {
        Skip = Python.Has(module) ? null : $"needs Python's module '{module}', which {Python.Executable} does not have";
    }
}

/// <summary>The system's Python.</summary>
internal static class Python
{
    public const string Executable = "/usr/bin/python3";

    /// <summary>Whether a module can be found; it is not loaded.</summary>
    public static bool Has(string module) =>
        File.Exists(Executable) && Start($"import importlib.util, sys; sys.exit(0 if importlib.util.find_spec('{module}') else 1)").ExitCode == 0;

    /// <summary>Runs a script and gives what it printed; the test fails where the script does.</summary>
    public static string Run(string script, params string[] arguments)
    {
        (int code, string output, string error) = Start(script, arguments);
        Assert.True(code == 0, $"Python ended with {code}:\n{error}");
        return output;
    }

    private static (int ExitCode, string Output, string Error) Start(string script, params string[] arguments)
    {
        ProcessStartInfo start = new(Executable, ["-c", script, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }
}
