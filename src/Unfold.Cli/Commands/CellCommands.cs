using System.CommandLine;
using Unfold.Cells;
using Unfold.Cli.Shell;

namespace Unfold.Cli.Commands;

/// <summary><c>unfold cell …</c>: a cell's equations, and what follows from them.</summary>
internal static class CellCommands
{
    public static Command Build() => new("cell", "A cell's equations, and what follows from them")
    {
        BuildList(),
        BuildShow(),
        BuildCheck(),
        BuildGradient(),
        BuildCost(),
    };

    private static Command BuildList()
    {
        var command = new Command("list", "Every cell of the library, with its source");
        command.SetAction(_ =>
        {
            int width = Cell.Names.Max(name => name.Length);
            foreach (string name in Cell.Names)
            {
                Console.Out.WriteLine($"{name.PadRight(width)}  {Cell.Named(name).Summary}");
            }
        });
        return command;
    }

    private static Command BuildShow()
    {
        Argument<string> name = NameOrFile();
        var command = new Command("show", "The equations of a cell") { name };
        command.SetAction(parsed => Console.Out.WriteLine(Cell.Load(parsed.GetRequiredValue(name)).Text.TrimEnd()));
        return command;
    }

    private static Command BuildCheck()
    {
        Argument<string> file = Arguments.File("FILE", "A file of equations, or the name of a cell of the library");
        Option<Dictionary<string, double>> lets = Values.Lets();
        var command = new Command("check", "The parameters and states of a cell with their shapes, or its mistakes with their places") { file, lets };
        command.SetAction(parsed =>
        {
            CellCheck check = Cell.CheckFile(parsed.GetRequiredValue(file), parsed.GetValue(lets));
            bool right = check.Cell is not null;
            (right ? Console.Out : Console.Error).WriteLine(check.Describe().TrimEnd());
            return right ? ExitCode.Done : ExitCode.Failed;
        });
        return command;
    }

    private static Command BuildGradient()
    {
        Argument<string> name = NameOrFile();
        Option<Dictionary<string, double>> lets = Values.Lets();
        var command = new Command("gradient", "The backward pass of a cell, in the notation of its equations") { name, lets };
        command.SetAction(parsed => Console.Out.WriteLine(CellReport.Gradient(Load(parsed, name, lets)).TrimEnd()));
        return command;
    }

    private static Command BuildCost()
    {
        Argument<string> name = NameOrFile();
        Option<int> hidden = Values.Whole("--hidden", "Hidden units, H", 1, 65536, 256);
        Option<int?> input = Values.OptionalWhole("--input", "Input features, C [default: as --hidden]", 1, 65536);
        Option<Dictionary<string, double>> lets = Values.Lets();
        var command = new Command("cost", "Parameters, products, operations and kept numbers of a step") { name, hidden, input, lets };
        command.SetAction(parsed =>
        {
            int units = parsed.GetValue(hidden);
            Console.Out.WriteLine(CellReport.Cost(Load(parsed, name, lets), units, parsed.GetValue(input) ?? units).TrimEnd());
        });
        return command;
    }

    private static Argument<string> NameOrFile() => Arguments.File("NAME|FILE", "A cell of the library, or a file of equations");

    private static Cell Load(ParseResult parsed, Argument<string> name, Option<Dictionary<string, double>> lets) =>
        Cell.Load(parsed.GetRequiredValue(name), parsed.GetValue(lets));
}
