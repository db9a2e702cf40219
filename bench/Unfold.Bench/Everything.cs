using Unfold.Bench.Kernels;
using Unfold.Bench.Layers;
using Unfold.Bench.Reporting;
using Unfold.Bench.Start;
using Unfold.Bench.Text;

namespace Unfold.Bench;

/// <summary>Every table that is a page of bench/results, one after the other, and then the README's section made from them.</summary>
internal static class Everything
{
    public static void Run(Options options)
    {
        int threads = options.Whole("threads", Environment.ProcessorCount);
        bool write = options.Write;
        options.RequireKnown();

        string[] all = write ? ["--threads", $"{threads}", "--write"] : ["--threads", $"{threads}"];
        string[] one = write ? ["--threads", "1", "--write"] : ["--threads", "1"];
        QuickTables.Run(all);
        StepTable.Run(new Options(one));
        GrowthTable.Run(new Options(one));
        CellsTable.Run(new Options(all));
        RooflineTable.Run(new Options(all));
        CompareTable.Run(new Options(one));
        if (threads > 1)
            CompareTable.Run(new Options(all));
        ConvolutionTable.Run(new Options(all));
        SequencesTable.Run(new Options(all));
        TextTable.Run(new Options(write ? ["--write"] : []));
        StartTable.Run(new Options(write ? ["--write"] : []));
        ReadmeSection.Run(new Options(write ? ["--write"] : []));
    }
}
