using System.CommandLine;
using System.CommandLine.Parsing;

namespace Unfold.Cli.Commands;

/// <summary>
/// Options of a command, each bound to the property that it sets. Only those that stand in the command are applied, so that the library's
/// defaults, or those of a checkpoint, hold for the others.
/// </summary>
/// <typeparam name="T">A record of options.</typeparam>
internal sealed class OptionSet<T>(Command command)
{
    private readonly List<Func<ParseResult, T, T>> _bindings = [];

    public void Bind<TValue>(Option<TValue> option, Func<T, TValue, T> set)
    {
        command.Add(option);
        _bindings.Add((parsed, options) =>
            parsed.GetResult(option) is OptionResult { Implicit: false } ? set(options, parsed.GetValue(option)!) : options);
    }

    /// <summary>The base, changed by whatever the command says.</summary>
    public T Apply(ParseResult parsed, T options) => _bindings.Aggregate(options, (changed, binding) => binding(parsed, changed));
}
