using System.Diagnostics;
using System.Text;
using Unfold.Testing;

namespace Unfold.Cli.Tests;

/// <summary>The real executable, run as a person or a script runs it.</summary>
internal sealed class UnfoldProcess : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder error = new();
    private readonly Lock gate = new();

    private UnfoldProcess(ProcessStartInfo start)
    {
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Add(output, line.Data);
        process.ErrorDataReceived += (_, line) => Add(error, line.Data);
        process.Start();
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>The executable that was built in the same configuration as these tests.</summary>
    public static string Executable { get; } = FindExecutable();

    public int Id => process.Id;

    public int ExitCode => process.ExitCode;

    public string Output => Read(output);

    public string Error => Read(error);

    /// <summary>Runs the command to its end.</summary>
    public static UnfoldProcess Run(string folder, params string[] arguments)
    {
        UnfoldProcess running = Start(folder, arguments);
        running.WaitForExit();
        return running;
    }

    /// <summary>Starts the command in a folder.</summary>
    public static UnfoldProcess Start(string folder, params string[] arguments) => Start(Executable, folder, arguments);

    /// <summary>Starts any program, a shell around the command for instance.</summary>
    public static UnfoldProcess Start(string program, string folder, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
        };
        start.Environment["UNFOLD_THREADS"] = "2";
        start.Environment["NO_COLOR"] = "1";
        start.Environment.Remove("UNFOLD_TRACE");
        return new UnfoldProcess(start);
    }

    public void WaitForExit()
    {
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"still running after {Limit}:\n{Output}\n{Error}");
        }

        process.WaitForExit();
    }

    /// <summary>Waits until the output says something; fails where the process ends without it.</summary>
    public void WaitForOutput(string text)
    {
        var waited = Stopwatch.StartNew();
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            bool over = process.HasExited;
            Assert.True(waited.Elapsed < Limit, $"'{text}' did not come:\n{Output}\n{Error}");
            if (over)
            {
                process.WaitForExit();
                Assert.True(Output.Contains(text, StringComparison.Ordinal), $"ended without '{text}':\n{Output}\n{Error}");
            }

            Thread.Sleep(10);
        }
    }

    /// <summary>Sends a signal, as kill(1) does.</summary>
    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", ["-" + name, process.Id.ToString()]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        process.Dispose();
    }

    private static string FindExecutable()
    {
        // …/tests/Unfold.Cli.Tests/bin/Release/net10.0/
        string[] parts = AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar).Split(Path.DirectorySeparatorChar);
        string name = OperatingSystem.IsWindows() ? "unfold.exe" : "unfold";
        string path = Repository.At("src", "Unfold.Cli", "bin", parts[^2], parts[^1], name);
        Assert.True(File.Exists(path), $"'{path}' is not there: build src/Unfold.Cli first");
        return path;
    }

    private void Add(StringBuilder builder, string? line)
    {
        if (line is not null)
        {
            lock (gate)
            {
                builder.Append(line).Append('\n');
            }
        }
    }

    private string Read(StringBuilder builder)
    {
        lock (gate)
        {
            return builder.ToString();
        }
    }
}
