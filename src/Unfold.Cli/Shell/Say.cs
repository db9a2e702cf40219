namespace Unfold.Cli.Shell;

/// <summary>Numbers as a person reads them.</summary>
internal static class Say
{
    /// <summary>A count with its thousands apart: 1,115,394.</summary>
    public static string Count(long value) => value.ToString("N0");

    /// <summary>Four significant digits or so: 4.321, 87.6, 12,345, 1.2E+09.</summary>
    public static string Number(double value) => Math.Abs(value) switch
    {
        >= 1e7 => value.ToString("0.00E+00"),
        >= 1000 => value.ToString("N0"),
        >= 10 => value.ToString("F2"),
        _ => value.ToString("F4"),
    };

    /// <summary>A duration: 8.3 s, 2 min 05 s, 1 h 12 min.</summary>
    public static string Time(TimeSpan time) => time.TotalSeconds switch
    {
        < 60 => $"{time.TotalSeconds:F1} s",
        < 3600 => $"{(int)time.TotalMinutes} min {time.Seconds:00} s",
        _ => $"{(int)time.TotalHours} h {time.Minutes:00} min",
    };

    /// <summary>A file's size: 812 bytes, 1.2 MB.</summary>
    public static string Size(long bytes) => bytes switch
    {
        < 10_000 => $"{bytes} bytes",
        < 1_000_000 => $"{bytes / 1e3:F0} kB",
        < 1_000_000_000 => $"{bytes / 1e6:F1} MB",
        _ => $"{bytes / 1e9:F1} GB",
    };

    /// <summary>The command that is running, as it can be typed again.</summary>
    public static string Command() => "unfold " + string.Join(' ', Environment.GetCommandLineArgs().Skip(1).Select(Quoted));

    /// <summary>An argument as it can be typed again.</summary>
    public static string Quoted(string argument) =>
        argument.Length > 0 && argument.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.' or '/' or '=' or ',' or ':')
            ? argument
            : "'" + argument.Replace("'", "'\\''", StringComparison.Ordinal) + "'";
}
