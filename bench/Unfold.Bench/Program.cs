using BenchmarkDotNet.Running;
using Unfold.Bench;
using Unfold.Bench.Kernels;
using Unfold.Bench.Layers;
using Unfold.Bench.Start;
using Unfold.Bench.Text;

// Tables that this program times itself, in seconds or minutes; anything else goes to BenchmarkDotNet (try `--list flat`).
switch (args)
{
    case ["quick", ..]:
        QuickTables.Run(args.Length > 1 ? args[1] : null);
        break;
    case ["layers", ..]:
        LayerTable.Run(args[1..]);
        break;
    case ["compare", ..]:
        CompareTable.Run(new Options(args.AsSpan(1)));
        break;
    case ["start", ..]:
        StartTable.Run(new Options(args.AsSpan(1)));
    case ["text", ..]:
        TextTable.Run(new Options(args.AsSpan(1)));
        break;
    default:
        BenchmarkSwitcher.FromAssembly(typeof(QuickTables).Assembly).Run(args);
        break;
}
