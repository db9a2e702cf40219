using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Unfold.Data.Forecasting;

/// <summary>One or more variables measured at the same times, the oldest first. Never changes.</summary>
public sealed class TimeSeries
{
    private readonly float[] _values;

    /// <summary>Makes a series of values that are there already.</summary>
    /// <param name="names">The names of the C variables; one or more.</param>
    /// <param name="values">[T, C], without missing ones.</param>
    /// <param name="times">When each step was; null where that is not known.</param>
    /// <exception cref="InputException">There is no variable or no step, a value is no number, or there are other times than steps.</exception>
    public TimeSeries(IReadOnlyList<string> names, float[] values, IReadOnlyList<DateTime>? times = null)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(values);
        if (names.Count == 0 || values.Length == 0 || values.Length % names.Count != 0)
            throw new InputException($"A series needs one variable or more and a value of each at every step, but there are {names.Count} variables and {values.Length} values.");
        int wrong = Array.FindIndex(values, value => !float.IsFinite(value));
        if (wrong >= 0)
            throw new InputException($"A series needs numbers, but at step {wrong / names.Count} '{names[wrong % names.Count]}' is {values[wrong]}.");
        if (times is not null && times.Count != values.Length / names.Count)
            throw new InputException($"A series needs a time for each of its {values.Length / names.Count} steps, but there are {times.Count}.");
        (Names, _values, Times) = (names, values, times);
    }

    /// <summary>The names of the variables.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>C, the number of variables.</summary>
    public int Width => Names.Count;

    /// <summary>T, the number of steps.</summary>
    public int Steps => _values.Length / Names.Count;

    /// <summary>[T, C], the oldest step first.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>When each step was; null where that is not known.</summary>
    public IReadOnlyList<DateTime>? Times { get; }

    /// <summary>What was handled while reading and a person should know, as in <c>3 missing values took that of the step before</c>.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];

    /// <summary>The usual time from a step to the next; null where times are not known or there is one step only.</summary>
    public TimeSpan? Interval
    {
        get
        {
            if (Times is null || Times.Count < 2)
                return null;
            TimeSpan[] gaps = [.. Times.Zip(Times.Skip(1), (first, second) => second - first).Order()];
            return gaps[gaps.Length / 2];
        }
    }

    /// <summary>The steps after which a series of this interval usually repeats itself: a day of hours and less, a week of days, a year of weeks, months or quarters; null where there is no such time.</summary>
    public int? UsualPeriod => Interval is not TimeSpan gap ? null : gap.TotalDays switch
    {
        < 0.5 => (int)Math.Round(1 / gap.TotalDays),
        < 1.5 => 7,
        > 6.5 and < 7.5 => 52,
        > 27 and < 32 => 12,
        > 89 and < 93 => 4,
        _ => null,
    };

    /// <summary>Reads a CSV file: its first line names the columns, one of which may hold times; each other line is a step.</summary>
    /// <param name="path">The file.</param>
    /// <param name="timeColumn">The column of times: a name or a number from 1; null (default) for the first one where it holds dates.</param>
    /// <param name="variables">The columns to read; null (default) for all others.</param>
    /// <exception cref="InputException">The file cannot be read; a line has too few or too many cells, a cell is no number, a time is no date or not behind the one before; with file and line.</exception>
    public static TimeSeries Load(string path, string? timeColumn = null, IReadOnlyList<string>? variables = null)
    {
        ArgumentNullException.ThrowIfNull(path);
        return TimeSeriesFile.Read(path, timeColumn, variables);
    }

    /// <summary>When a step behind the last one will be, if steps go on as usual; null where times are not known.</summary>
    /// <param name="steps">How many steps behind the last.</param>
    public DateTime? TimeAfter(int steps)
    {
        if (Interval is not TimeSpan gap)
            return null;
        DateTime last = Times![^1];
        return gap.TotalDays is > 27 and < 32 ? last.AddMonths(steps) : gap.TotalDays is > 89 and < 93 ? last.AddMonths(3 * steps) : last + (steps * gap);
    }

    /// <summary>The series for a person.</summary>
    /// <returns>As in <c>17,420 steps of 7 variables</c>.</returns>
    public override string ToString() => FormattableString.Invariant($"{Steps:N0} steps of {Width} {(Width == 1 ? "variable" : "variables")}");

    /// <summary>What identifies the values: a checksum.</summary>
    internal string Fingerprint()
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> width = stackalloc byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(width, Width);
        hash.AppendData(width);
        hash.AppendData(Encoding.UTF8.GetBytes(string.Join('\n', Names)));
        hash.AppendData(MemoryMarshal.AsBytes(_values.AsSpan()));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
