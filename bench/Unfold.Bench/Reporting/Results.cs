using System.Globalization;
using System.Text;
using Unfold.Measurement;

namespace Unfold.Bench.Reporting;

/// <summary>A page of results: everything goes to the console as it is known, and at the end to a file of bench/results if that is wanted.</summary>
internal sealed class Results
{
    private readonly StringBuilder _text = new();

    /// <summary>The folder of Unfold.slnx.</summary>
    public static string Root { get; } = FindRoot();

    public static string Folder => Path.Combine(Root, "bench", "results");

    public void Line(string text = "")
    {
        Console.WriteLine(text);
        _text.Append(text).Append('\n');
    }

    /// <summary>The first two lines of a table: names, and to which side the columns lean; all but the first lean right.</summary>
    public void Columns(params ReadOnlySpan<string> names)
    {
        Row(names);
        Line("|---|" + string.Concat(Enumerable.Repeat("---:|", names.Length - 1)));
    }

    public void Row(params ReadOnlySpan<string> cells) => Line($"| {string.Join(" | ", cells!)} |");

    public void Save(string name) => Save(name, _text.ToString());

    /// <summary>Writes any file to bench/results.</summary>
    public static void Save(string name, string text)
    {
        Directory.CreateDirectory(Folder);
        File.WriteAllText(Path.Combine(Folder, name), text);
        Console.WriteLine($"written: bench/results/{name}");
    }

    /// <summary>A number with three digits that count: 0.0123, 1.23, 12.3, 123, 1230.</summary>
    public static string Three(double value)
    {
        if (!double.IsFinite(value))
            return "-";
        int decimals = value == 0 ? 0 : Math.Clamp(2 - (int)Math.Floor(Math.Log10(Math.Abs(value))), 0, 6);
        return value.ToString("F" + decimals, CultureInfo.InvariantCulture);
    }

    /// <summary>A number as short as it goes: 0.0625, 0.5, 4, 1024.</summary>
    public static string Short(double value) => value.ToString("0.####", CultureInfo.InvariantCulture);

    /// <summary>A time: median, least and most, in milliseconds.</summary>
    public static string Span(Timing time) => $"{Three(time.Median)} ({Three(time.Least)} - {Three(time.Most)})";

    public static string Ratio(double? value) => value is double number && double.IsFinite(number) ? number.ToString("F2", CultureInfo.InvariantCulture) : "-";

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Unfold.slnx")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"Unfold.slnx is not above {AppContext.BaseDirectory}: run this from a checkout.");
    }
}
