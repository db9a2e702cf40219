using Unfold.Kernels.Elementwise;
using Unfold.Kernels.Threading;

namespace Unfold.Losses;

/// <summary>The rows of <see cref="SoftmaxCrossEntropy"/>, shared by the team; a row's loss and gradient depend on that row alone.</summary>
internal sealed unsafe class SoftmaxCrossEntropyJob : TeamJob
{
    /// <summary>The floats whose exponentials are computed and summed while they are in the L1 cache.</summary>
    private const int Tile = 1024;

    [ThreadStatic]
    private static SoftmaxCrossEntropyJob? _own;

    /// <summary>This thread's job.</summary>
    public static SoftmaxCrossEntropyJob Own => _own ??= new SoftmaxCrossEntropyJob();

    /// <summary>z <c>[Rows, Columns]</c>.</summary>
    public float* Logits { get; set; }

    /// <summary><c>[Rows]</c>, each 0 to Columns - 1 or <see cref="IgnoreIndex"/>.</summary>
    public int* Targets { get; set; }

    /// <summary><c>[Rows]</c>, written.</summary>
    public float* Losses { get; set; }

    /// <summary><c>[Rows, Columns]</c>, written: Factor * (softmax - one-hot), zeros in ignored rows; or null.</summary>
    public float* Gradient { get; set; }

    /// <summary>What the gradient is multiplied by.</summary>
    public float Factor { get; set; }

    /// <summary>The number of rows.</summary>
    public int Rows { get; set; }

    /// <summary>The number of classes.</summary>
    public int Columns { get; set; }

    /// <summary>The target that stands for none.</summary>
    public int IgnoreIndex { get; set; }

    /// <summary>Computes all rows.</summary>
    public void Start()
    {
        if ((long)Rows * Columns < 1 << 13)
            Execute(0, 1);
        else
            Team.Shared.Run(this, Team.Shared.Size);
    }

    /// <inheritdoc/>
    protected internal override void Execute(int part, int partCount)
    {
        float* tile = stackalloc float[Tile];
        int end = (int)((long)Rows * (part + 1) / partCount);
        for (int row = (int)((long)Rows * part / partCount); row < end; row++)
        {
            float* gradient = Gradient is null ? null : Gradient + (nint)row * Columns;
            if (Targets[row] != IgnoreIndex)
            {
                Losses[row] = ComputeRow(Logits + (nint)row * Columns, Targets[row], gradient, tile);
                continue;
            }

            Losses[row] = 0;
            if (gradient is not null)
                Elementwise.Fill(gradient, Columns, 0);
        }
    }

    private float ComputeRow(float* z, int target, float* gradient, float* tile)
    {
        float maximum = Elementwise.Maximum(z, Columns);
        double sum = 0;
        for (int i = 0; i < Columns; i += Tile)
        {
            int n = Math.Min(Tile, Columns - i);
            float* exponentials = gradient is null ? tile : gradient + i;
            Elementwise.ShiftedExp(z + i, exponentials, n, maximum);
            sum += Elementwise.Sum(exponentials, n);
        }

        if (gradient is not null)
        {
            Elementwise.Scale(gradient, gradient, Columns, (float)(Factor / sum));
            gradient[target] -= Factor;
        }

        // This order keeps the logarithm beside logits of any size.
        return (float)((double)maximum - z[target] + Math.Log(sum));
    }
}
