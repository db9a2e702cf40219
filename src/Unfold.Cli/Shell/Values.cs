using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Unfold.Optimizers;

namespace Unfold.Cli.Shell;

/// <summary>Options whose values are checked while the command line is read, so that a mistake names the option and its range.</summary>
internal static class Values
{
    /// <summary>As a minimum: any number above zero.</summary>
    public const double Above0 = double.Epsilon;

    public static Option<int> Whole(string name, string description, int minimum, int maximum, int standard) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => standard,
        CustomParser = result => ParseWhole(result, name, minimum, maximum) ?? standard,
    };

    public static Option<int?> OptionalWhole(string name, string description, int minimum, int maximum) => new(name)
    {
        Description = description,
        HelpName = "N",
        CustomParser = result => ParseWhole(result, name, minimum, maximum),
    };

    public static Option<long> Count(string name, string description, long minimum, long standard) => new(name)
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            string text = Text(result);
            if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long value) || value < minimum)
            {
                result.AddError($"{name} expects a whole number of at least {minimum}, but got '{text}'");
            }

            return value;
        },
    };

    public static Option<ulong> Seed(string description, ulong standard) => new("--seed")
    {
        Description = description,
        HelpName = "N",
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            string text = Text(result);
            if (!ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ulong value))
            {
                result.AddError($"--seed expects a whole number from 0 to {ulong.MaxValue}, but got '{text}'");
            }

            return value;
        },
    };

    public static Option<double> Number(string name, string description, double minimum, double maximum, double standard) => new(name)
    {
        Description = description,
        HelpName = "X",
        DefaultValueFactory = _ => standard,
        CustomParser = result => ParseNumber(result, name, minimum, maximum) ?? standard,
    };

    public static Option<double?> OptionalNumber(string name, string description, double minimum, double maximum) => new(name)
    {
        Description = description,
        HelpName = "X",
        CustomParser = result => ParseNumber(result, name, minimum, maximum),
    };

    public static Option<string> OneOf(string name, string description, string standard, params string[] allowed) => new(name)
    {
        Description = $"{description}: {string.Join(", ", allowed)}",
        HelpName = "NAME",
        DefaultValueFactory = _ => standard,
        CustomParser = result =>
        {
            string text = Text(result);
            if (!allowed.Contains(text))
            {
                result.AddError($"{name} expects one of {string.Join(", ", allowed)}, but got '{text}'{Suggestions.DidYouMean(text, allowed)}");
            }

            return text;
        },
    };

    public static Option<string?> Path(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "FILE",
        CustomParser = result =>
        {
            string text = Text(result);
            if (text.Length == 0)
            {
                result.AddError($"{name} expects the name of a file, but got nothing");
            }

            return text;
        },
    };

    /// <summary><c>--let name=value</c>, any number of times: constants of a cell.</summary>
    public static Option<Dictionary<string, double>> Lets() => new("--let")
    {
        Description = "Set a constant that the cell declares with 'let', as in --let leak=0.2 (repeatable)",
        HelpName = "NAME=VALUE",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => [],
        CustomParser = result =>
        {
            var lets = new Dictionary<string, double>(StringComparer.Ordinal);
            foreach (Token token in result.Tokens)
            {
                string[] sides = token.Value.Split('=', 2);
                if (sides.Length != 2 || sides[0].Length == 0 || !TryNumber(sides[1], out double value))
                {
                    result.AddError($"--let expects NAME=VALUE with a number, as in leak=0.2, but got '{token.Value}'");
                }
                else
                {
                    lets[sides[0].Trim()] = value;
                }
            }

            return lets;
        },
    };

    /// <summary><c>--group "PATTERN: WHAT"</c>, any number of times: what holds for some of the weights only.</summary>
    public static Option<List<ParameterGroup>> Groups() => new("--group")
    {
        Description = "What holds for some weights only, as in --group \"encoder.*: rate 0.1, decay 0\": rate, decay, l1, l2, frozen (repeatable; the first that takes a weight has it)",
        HelpName = "PATTERN: WHAT",
        Arity = ArgumentArity.OneOrMore,
        DefaultValueFactory = _ => [],
        CustomParser = result =>
        {
            var groups = new List<ParameterGroup>();
            foreach (Token token in result.Tokens)
            {
                try
                {
                    groups.Add(ParameterGroup.Parse(token.Value));
                }
                catch (FormatException error)
                {
                    result.AddError($"--group: {error.Message}");
                }
            }

            return groups;
        },
    };

    private static int? ParseWhole(ArgumentResult result, string name, int minimum, int maximum)
    {
        string text = Text(result);
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int value) && value >= minimum && value <= maximum)
        {
            return value;
        }

        string range = maximum == int.MaxValue ? $"of at least {minimum}" : $"from {minimum} to {maximum}";
        result.AddError($"{name} expects a whole number {range}, but got '{text}'");
        return null;
    }

    private static double? ParseNumber(ArgumentResult result, string name, double minimum, double maximum)
    {
        string text = Text(result);
        if (TryNumber(text, out double value) && value >= minimum && value <= maximum)
        {
            return value;
        }

        string from = minimum == Above0 ? "above 0" : $"of at least {minimum}";
        string to = double.IsPositiveInfinity(maximum) ? "" : $" and at most {maximum}";
        result.AddError($"{name} expects a number {from}{to}, but got '{text}'");
        return null;
    }

    private static bool TryNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value);

    private static string Text(ArgumentResult result) => result.Tokens.Count == 0 ? "" : result.Tokens[^1].Value;
}
