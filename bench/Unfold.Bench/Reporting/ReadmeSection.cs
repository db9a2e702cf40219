using System.Globalization;
using System.Text;

namespace Unfold.Bench.Reporting;

/// <summary>README's section on speed: every figure in it is copied from a page of bench/results, and a test compares them.</summary>
internal static class ReadmeSection
{
    private const string Begin = "<!-- speed: made from bench/results by `dotnet run -c Release --project bench/Unfold.Bench -- readme --write` -->";

    private const string End = "<!-- /speed -->";

    private const string Size = "100 × 64 × 128 × 256";

    public static void Run(Options options)
    {
        bool write = options.Write;
        options.RequireKnown();
        string section = Compose();
        Console.Write(section);
        if (!write)
            return;
        string path = Path.Combine(Results.Root, "README.md"), text = File.ReadAllText(path);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal), end = text.IndexOf(End, StringComparison.Ordinal);
        if (begin < 0 || end < begin)
            throw new InvalidOperationException($"README.md expects its section on speed between the lines\n{Begin}\n{End}\n, but they are not there");
        File.WriteAllText(path, text[..(begin + Begin.Length)] + "\n" + section + text[end..]);
        Console.WriteLine("written: README.md");
    }

    private static string Compose()
    {
        var text = new StringBuilder();
        text.Append("| what | measured | page |\n|---|---|---|\n");
        foreach (int threads in new[] { Environment.ProcessorCount, 1 }.Distinct())
            AddLayers(text, threads);
        AddCells(text);
        AddStep(text);
        AddSequences(text);
        AddText(text);
        AddStart(text);
        return text.ToString();
    }

    private static void AddLayers(StringBuilder text, int threads)
    {
        string page = $"layers-{Head.Threads(threads).Replace(' ', '-')}.md";
        IReadOnlyList<PageTable> tables = PageTable.Read(page);
        if (tables.Count == 0)
            return;
        if (tables[0].Row("lstm", "train", Size) is string[] lstm)
        {
            string Cell(string column) => tables[0].Cell(lstm, column);
            Add(text, $"Training a layer of LSTM on {Head.Threads(threads)}, T × N × C × H = {Size}",
                $"{Cell("ms").Split(' ')[0]} ms, {Cell("GFLOP/s")} GFLOP/s, {Cell("of limit")} of the machine's limit", page);
        }

        foreach (PageTable table in tables.Skip(1))
        {
            string[] all = table.Row("all") ?? table.Rows[^1];
            string cells = all[0] == "all" ? "the page's cells and sizes" : $"the page's sizes of {all[0]}";
            var peers = new List<string>();
            for (int i = 1; i + 1 < table.Columns.Length; i += 2)
            {
                string name = table.Columns[i].Split(',')[0];
                if (all[i] != "-")
                    peers.Add($"{(name == "best" ? "the fastest of them" : name)} × {all[i]} (least × {all[i + 1]})");
            }

            if (peers.Count > 0)
                Add(text, $"{table.Heading.Split(':')[0]} on {Head.Threads(threads)}: how many times as long others take, geometric mean over {cells}", string.Join("; ", peers), page);
        }
    }

    private static void AddCells(StringBuilder text)
    {
        const string page = "cells.md";
        if (PageTable.Read(page) is not [PageTable table])
            return;
        string mean = string.Join(", ", new[] { "peephole", "mut1", "lstm_layer_norm" }.Select(name => (name, row: table.Row(name)))
            .Where(found => found.row is not null).Select(found => $"{found.name} × {table.Cell(found.row!, "mean ×")}"));
        string path = Path.Combine(Results.Folder, page);
        string summary = File.ReadLines(path).Last(line => line.StartsWith("All ", StringComparison.Ordinal));
        Add(text, "Rate of arithmetic of a cell beside LSTM's, training", $"{summary.Split(';')[0]}; of them {mean}", page);
    }

    private static void AddStep(StringBuilder text)
    {
        const string page = "step.md";
        if (PageTable.Read(page) is not [PageTable table])
            return;
        foreach (string[] row in table.Rows)
        {
            string beside = table.Cell(row, "×") == "-" ? "" : $"; ONNX Runtime {table.Cell(row, "ONNX Runtime µs").Split(' ')[0]} µs";
            Add(text, $"One step of streaming, {row[0]}, N × C × H = {table.Cell(row, "N × C × H")}", $"{table.Cell(row, "µs").Split(' ')[0]} µs{beside}", page);
        }
    }

    private static void AddSequences(StringBuilder text)
    {
        const string page = "sequences.md";
        if (PageTable.Read(page) is not [PageTable lengths, PageTable very])
            return;
        if (lengths.Row("lstm", Size) is string[] row)
        {
            Add(text, $"Training lstm on a batch with lengths uniform from 1 to T, {Size}",
                $"{lengths.Cell(row, "lengths, ms")} ms; padded {lengths.Cell(row, "padded, ms")} ms", page);
        }

        if (very.Row("lstm") is string[] first)
        {
            Add(text, $"Training lstm at {first[1]} with `Recompute`",
                $"× {very.Cell(first, "time")} of the time, × {very.Cell(first, "memory")} of the memory", page);
        }
    }

    private static void AddText(StringBuilder text)
    {
        const string page = "text.md";
        if (PageTable.Read(page) is not [PageTable table, ..])
            return;
        foreach (string[] row in table.Rows.Where(row => row[0] == "0"))
        {
            Add(text, $"Training a character model, LSTM 2 × 256, {Head.Threads(int.Parse(row[1], CultureInfo.InvariantCulture))}",
                $"{row[2].Split(' ')[0]} characters a second; PyTorch {row[3].Split(' ')[0]}; × {row[4]}", page);
        }
    }

    private static void AddStart(StringBuilder text)
    {
        const string page = "start.md";
        if (PageTable.Read(page) is not [PageTable table])
            return;
        Add(text, "Start of the published executable, " + string.Join(", ", table.Rows.Select(row => row[0])),
            string.Join(", ", table.Rows.Select(row => $"{row[1]} ms")), page);
    }

    private static void Add(StringBuilder text, string what, string measured, string page) =>
        text.Append($"| {what} | {measured} | [{page}](bench/results/{page}) |\n");
}
