using BenchmarkDotNet.Running;
using Unfold.Bench;
using Unfold.Bench.Kernels;
using Unfold.Bench.Layers;
using Unfold.Bench.Reporting;
using Unfold.Bench.Start;
using Unfold.Bench.Text;

// Tables that this program times itself, in seconds or minutes; anything else goes to BenchmarkDotNet (try `--list flat`).
switch (args)
{
    case ["all", ..]:
        Everything.Run(new Options(args.AsSpan(1)));
        break;
    case ["quick", ..]:
        QuickTables.Run(args.AsSpan(1));
        break;
    case ["compare", ..]:
        CompareTable.Run(new Options(args.AsSpan(1)));
        break;
    case ["cells", ..]:
        CellsTable.Run(new Options(args.AsSpan(1)));
        break;
    case ["growth", ..]:
        GrowthTable.Run(new Options(args.AsSpan(1)));
        break;
    case ["roofline", ..]:
        RooflineTable.Run(new Options(args.AsSpan(1)));
        break;
    case ["step", ..]:
        StepTable.Run(new Options(args.AsSpan(1)));
        break;
    case ["convolution", ..]:
        ConvolutionTable.Run(new Options(args.AsSpan(1)));
        break;
    case ["sequences", ..]:
        SequencesTable.Run(new Options(args.AsSpan(1)));
        break;
    case ["text", ..]:
        TextTable.Run(new Options(args.AsSpan(1)));
        break;
    case ["start", ..]:
        StartTable.Run(new Options(args.AsSpan(1)));
        break;
    case ["readme", ..]:
        ReadmeSection.Run(new Options(args.AsSpan(1)));
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(QuickTables).Assembly).Run(args);
        break;
}
