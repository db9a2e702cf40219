using ElementwiseKernel = Unfold.Kernels.Elementwise.Elementwise;

namespace Unfold.Tests.Kernels.Elementwise;

public sealed unsafe class SmokeTests
{
    [Fact]
    public void Functions_are_accurate_around_zero()
    {
        float* x = stackalloc float[37], y = stackalloc float[37];
        double Worst(Action kernel, Func<double, double> f)
        {
            kernel();
            double e = 0;
            for (int i = 0; i < 37; i++) { double r = f(x[i]); e = Math.Max(e, Math.Abs(y[i] - r) / Math.Max(Math.Abs(r), 1e-30)); }
            return e;
        }
        for (int i = 0; i < 37; i++) x[i] = (i - 18) * 0.37f;
        nint px = (nint)x, py = (nint)y;
        Assert.InRange(Worst(() => ElementwiseKernel.Sigmoid((float*)px, (float*)py, 37), v => 1 / (1 + Math.Exp(-v))), 0, 3e-7);
        Assert.InRange(Worst(() => ElementwiseKernel.Tanh((float*)px, (float*)py, 37), Math.Tanh), 0, 3e-7);
        Assert.InRange(Worst(() => ElementwiseKernel.Exp((float*)px, (float*)py, 37), Math.Exp), 0, 3e-7);
        Assert.InRange(Worst(() => ElementwiseKernel.Softplus((float*)px, (float*)py, 37), v => Math.Log(1 + Math.Exp(v))), 0, 3e-7);
        ElementwiseKernel.NormalCdf(x, y, 37);
        Assert.InRange(y[18], 0.4999999f, 0.5000001f);
        Assert.InRange(Math.Abs(y[21] / 0.86650048675 - 1), 0, 1e-6);
    }
}
