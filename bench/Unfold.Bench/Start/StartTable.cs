using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Unfold.Bench.Reporting;
using Unfold.Measurement;

namespace Unfold.Bench.Start;

/// <summary>How long the published executable takes from its start to its end where it has almost nothing to do.</summary>
internal static class StartTable
{
    private static readonly string[][] Commands = [["--version"], ["--help"], ["train", "text", "--help"], ["cell", "show", "gru"], ["cell", "list"]];

    public static void Run(Options options)
    {
        int runs = options.Whole("runs", 30);
        bool write = options.Write;
        options.RequireKnown();
        string folder = Directory.CreateTempSubdirectory("unfold-start-").FullName;
        try
        {
            string file = Publish(folder);
            Timing[] timings = Measure(file, runs);
            var page = new Results();
            Head.Write(page, "Start", Machine.Measure());
            page.Line($"Milliseconds from the start of a process to its end, in turn, {runs} runs each, by `dotnet run -c Release --project bench/Unfold.Bench -- start --write`.");
            page.Line($"The executable is what `{PublishCommand}` makes: self-contained, trimmed, one file, ReadyToRun. Its size is {Megabytes(file)} MB.");
            page.Line();
            page.Columns("command", "median", "min", "max");
            for (int i = 0; i < Commands.Length; i++)
                page.Row($"`unfold {string.Join(' ', Commands[i])}`", Results.Three(timings[i].Median), Results.Three(timings[i].Least), Results.Three(timings[i].Most));
            if (write)
                page.Save("start.md");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Platform =>
        (OperatingSystem.IsWindows() ? "win-" : OperatingSystem.IsMacOS() ? "osx-" : "linux-") + RuntimeInformation.OSArchitecture.ToString().ToLowerInvariant();

    private static string PublishCommand => $"dotnet publish src/Unfold.Cli -c Release -r {Platform}";

    private static string Publish(string folder)
    {
        Console.WriteLine(PublishCommand);
        string output = Path.Combine(folder, "out");
        string[] words = [.. PublishCommand.Split(' ')[1..], "-o", output, "--artifacts-path", Path.Combine(folder, "artifacts"), "--disable-build-servers", "-v", "quiet"];
        using Process publish = Process.Start(new ProcessStartInfo("dotnet", words) { WorkingDirectory = Results.Root })!;
        publish.WaitForExit();
        if (publish.ExitCode != 0)
            throw new InvalidOperationException($"'{PublishCommand}' has failed with exit code {publish.ExitCode}; what it said is above.");
        return Path.Combine(output, OperatingSystem.IsWindows() ? "unfold.exe" : "unfold");
    }

    /// <summary>Every command in turn, so that what disturbs the machine disturbs all alike; the first two rounds are not counted.</summary>
    private static Timing[] Measure(string file, int runs)
    {
        var times = Commands.Select(_ => new List<double>()).ToArray();
        for (int round = -2; round < runs; round++)
        {
            for (int i = 0; i < Commands.Length; i++)
            {
                double milliseconds = Time(file, Commands[i]);
                if (round >= 0)
                    times[i].Add(milliseconds);
            }
        }

        return [.. times.Select(of => new Timing(Statistics.Median(of), of.Min(), of.Max()))];
    }

    private static double Time(string file, string[] command)
    {
        var start = new ProcessStartInfo(file, command) { RedirectStandardOutput = true, UseShellExecute = false };
        long before = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        double milliseconds = Stopwatch.GetElapsedTime(before).TotalMilliseconds;
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"'unfold {string.Join(' ', command)}' has ended with exit code {process.ExitCode}.");
        return milliseconds;
    }

    private static string Megabytes(string file) => (new FileInfo(file).Length / 1e6).ToString("F1", CultureInfo.InvariantCulture);
}
