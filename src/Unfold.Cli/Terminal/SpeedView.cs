using Spectre.Console;
using Unfold.Cli.Shell;
using Unfold.Measurement;

namespace Unfold.Cli.Terminal;

/// <summary>Shows measured speeds as they become known: a table on a terminal, plain lines in a pipe or a file.</summary>
internal abstract class SpeedView : IProgress<SpeedRow>
{
    private const string Note =
        "GFLOP/s: billions of multiplications and additions a second in the weight matrices; the limit is what registers alone reach.\n"
        + "One sequence at a time reads every weight for a single multiply-add: memory, not arithmetic, is its limit.";

    // The columns of both forms: a name and whether it is a number.
    private static readonly (string Name, bool IsNumber)[] Columns =
        [("cell", false), ("pass", false), ("T", true), ("N", true), ("C", true), ("H", true), ("ms", true), ("GFLOP/s", true), ("of limit", true)];

    /// <summary>Runs the work with a view that suits where the output goes.</summary>
    public static SpeedReport Show(Machine machine, Func<SpeedView, SpeedReport> work)
    {
        Row("processor", machine.Processor);
        Row("processors", $"{machine.Processors}");
        Row("threads", $"{machine.Threads}");
        Row("vectors", $"{machine.VectorBits} bits");
        Row("limit", $"{machine.Limit:F0} GFLOP/s");
        Console.Out.WriteLine();
        SpeedReport report = Console.IsOutputRedirected ? Plain.Run(work) : Live.Run(work);
        Console.Out.WriteLine();
        Console.Out.WriteLine(Note);
        return report;
    }

    public abstract void Report(SpeedRow value);

    private static void Row(string name, string value) => Console.Out.WriteLine($"{name,-12}{value}");

    private static string[] Cells(SpeedRow row) =>
    [
        row.Cell, row.Pass.ToString().ToLowerInvariant(), $"{row.Size.T}", $"{row.Size.N}", $"{row.Size.C}", $"{row.Size.H}",
        Say.Number(row.Time.Median), $"{row.GigaFlops:F1}", $"{row.ShareOfLimit:P0}",
    ];

    private sealed class Plain : SpeedView
    {
        public static SpeedReport Run(Func<SpeedView, SpeedReport> work)
        {
            Console.Out.WriteLine(Line([.. Columns.Select(column => column.Name)]));
            return work(new Plain());
        }

        public override void Report(SpeedRow value) => Console.Out.WriteLine(Line(Cells(value)));

        private static string Line(string[] cells) =>
            string.Concat(cells.Select((text, i) => i == 0 ? $"{text,-16}" : Columns[i].IsNumber ? $" {text,8}" : $" {text,-5}"));
    }

    private sealed class Live(Table table, LiveDisplayContext context) : SpeedView
    {
        public static SpeedReport Run(Func<SpeedView, SpeedReport> work)
        {
            var table = new Table().Border(TableBorder.Simple);
            foreach ((string name, bool isNumber) in Columns)
            {
                table.AddColumn(new TableColumn(name) { Alignment = isNumber ? Justify.Right : Justify.Left });
            }

            return AnsiConsole.Live(table).Start(context => work(new Live(table, context)));
        }

        public override void Report(SpeedRow value)
        {
            table.AddRow([.. Cells(value).Select(Markup.Escape)]);
            context.Refresh();
        }
    }
}
