using BenchmarkDotNet.Running;
using Unfold.Bench.Kernels;

// `quick [gemm|elementwise]` prints tables in seconds, timed here; anything else goes to BenchmarkDotNet (try `--list flat`).
if (args is ["quick", ..])
{
    QuickTables.Run(args.Length > 1 ? args[1] : null);
    return 0;
}

BenchmarkSwitcher.FromAssembly(typeof(QuickTables).Assembly).Run(args);
return 0;
