using System.CommandLine;
using Unfold.Cli.Shell;

namespace Unfold.Cli.Commands;

/// <summary>The options that name what a training run reads and writes beside its data: <c>--out --checkpoint --resume --report</c>.</summary>
internal sealed class RunFileOptions
{
    private const string StandardOut = "model.safetensors";

    private readonly Option<string?> _output = Values.Path("--out", $"Write the model to this file [default: {StandardOut}]");
    private readonly Option<string?> _checkpoint = Values.Path("--checkpoint", "Write checkpoints to this file [default: beside the model, removed at the end]");
    private readonly Option<string?> _resume = Values.Path("--resume", "Go on from a checkpoint, with its options");
    private readonly Option<string?> _report = Values.Path("--report", "Write what training did as JSON to this file");

    public RunFileOptions(Command command)
    {
        foreach (Option option in new Option[] { _output, _checkpoint, _resume, _report })
        {
            command.Add(option);
        }
    }

    /// <summary>Whether the command says something of a model that is kept, or gone on with.</summary>
    public bool NamesModel(ParseResult parsed) => new[] { _output, _checkpoint, _resume }.Any(option => parsed.GetValue(option) is not null);

    /// <summary>What the command says.</summary>
    /// <param name="parsed">The command.</param>
    /// <param name="seeds">With how many seeds it trains.</param>
    public RunFiles Apply(ParseResult parsed, int seeds) => new()
    {
        Out = parsed.GetValue(_output) ?? StandardOut,
        NamedCheckpoint = parsed.GetValue(_checkpoint),
        Resume = parsed.GetValue(_resume),
        Report = parsed.GetValue(_report),
        Seeds = seeds,
    };
}
