using BenchmarkDotNet.Running;
using Unfold.Bench.Kernels;
using Unfold.Bench.Layers;

// `quick [gemm|elementwise]` and `layers [CELL...]` print tables in seconds, timed here; anything else goes to BenchmarkDotNet (try `--list flat`).
if (args is ["quick", ..])
{
    QuickTables.Run(args.Length > 1 ? args[1] : null);
    return 0;
}

if (args is ["layers", ..])
{
    LayerTable.Run(args[1..]);
    return 0;
}

BenchmarkSwitcher.FromAssembly(typeof(QuickTables).Assembly).Run(args);
return 0;
