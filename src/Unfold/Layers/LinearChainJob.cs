using Unfold.Autodiff.Operations;
using Unfold.Kernels.Elementwise;

namespace Unfold.Layers;

/// <summary>The forward algorithm and its adjoint for each sequence, in logarithms. The team shares the sequences; each depends on itself alone.</summary>
internal sealed unsafe class LinearChainJob : PlaneJob
{
    [ThreadStatic]
    private static LinearChainJob? _own;

    private float _factor;

    /// <summary>This thread's job.</summary>
    public static LinearChainJob Own => _own ??= new LinearChainJob();

    public PackedSequences Sequences { get; set; } = null!;

    /// <summary>K.</summary>
    public int Labels { get; set; }

    /// <summary>The right labels [S].</summary>
    public int* Targets { get; set; }

    /// <summary>[S, K].</summary>
    public float* Scores { get; set; }

    /// <summary>[K].</summary>
    public float* StartScores { get; set; }

    /// <summary>[K].</summary>
    public float* EndScores { get; set; }

    /// <summary>[K, K]: a row for each label that is gone to.</summary>
    public float* Columns { get; set; }

    /// <summary>[S, K], written: the logarithm of the sum over all paths to a label, without its own score, relative to the greatest of the step before.</summary>
    public float* Before { get; set; }

    /// <summary>[S, K], written: the same with its own score, relative to the greatest of this step, which is 0.</summary>
    public float* After { get; set; }

    /// <summary>[N, 3 K].</summary>
    public float* Work { get; set; }

    /// <summary>[N], written.</summary>
    public float* Losses { get; set; }

    /// <summary>[S, K], written; or null for no gradients.</summary>
    public float* Gradient { get; set; }

    /// <summary>[N, K], written.</summary>
    public float* StartGradients { get; set; }

    /// <summary>[N, K], written.</summary>
    public float* EndGradients { get; set; }

    /// <summary>[N, K, K], written: as <see cref="Columns"/>.</summary>
    public float* ColumnGradients { get; set; }

    /// <summary>Does all sequences.</summary>
    /// <param name="factor">What gradients are multiplied by.</param>
    public void Run(float factor)
    {
        _factor = factor;
        Start(Sequences.Count, (long)Sequences.RowCount * Labels * Labels);
    }

    /// <inheritdoc/>
    protected override void Planes(int first, int count)
    {
        for (int n = first; n < first + count; n++)
        {
            double all = Forward(n, out float last);
            Losses[n] = (float)(all - RightScore(n));
            if (Gradient is not null)
                Backward(n, last);
        }
    }

    /// <summary>The logarithm of the sum over all labels.</summary>
    /// <param name="n">The sequence.</param>
    /// <param name="last">Receives the same without what the steps were shifted by.</param>
    private double Forward(int n, out float last)
    {
        int length = Sequences.Length(n);
        float* tile = Work + ((nint)n * 3 * Labels);
        double shifts = 0;
        float* previous = null;
        for (int t = 0; t < length; t++)
        {
            nint row = (nint)Sequences.Row(t, n) * Labels;
            float* before = Before + row, after = After + row;
            if (t == 0)
                Elementwise.Copy(StartScores, before, Labels);
            for (int j = 0; j < Labels && t > 0; j++)
            {
                Elementwise.Add(previous, Columns + ((nint)j * Labels), tile, Labels);
                before[j] = LogSum(tile);
            }

            // Large scores come off before small numbers are added, which they would swallow.
            float top = Elementwise.Maximum(Scores + row, Labels);
            Elementwise.AddScalar(Scores + row, after, Labels, -top);
            Elementwise.Add(before, after, after, Labels);
            float greatest = Elementwise.Maximum(after, Labels);
            Elementwise.AddScalar(after, after, Labels, -greatest);
            shifts += (double)top + greatest;
            previous = after;
        }

        Elementwise.Add(previous, EndScores, tile, Labels);
        last = LogSum(tile);
        return shifts + last;
    }

    private float LogSum(float* tile)
    {
        float greatest = Elementwise.Maximum(tile, Labels);
        Elementwise.ShiftedExp(tile, tile, Labels, greatest);
        return greatest + (float)Math.Log(Elementwise.Sum(tile, Labels));
    }

    /// <summary>The score of the right labels.</summary>
    private double RightScore(int n)
    {
        double sum = 0;
        int length = Sequences.Length(n), previous = 0;
        for (int t = 0; t < length; t++)
        {
            int row = Sequences.Row(t, n), label = Targets[row];
            sum += Scores[((nint)row * Labels) + label] + (double)(t == 0 ? StartScores[label] : Columns[((nint)label * Labels) + previous]);
            previous = label;
        }

        return sum + EndScores[previous];
    }

    /// <summary>The probability of each label at each step, handed back from the last step to the first by that of each transition; less what is right.</summary>
    private void Backward(int n, float last)
    {
        int length = Sequences.Length(n);
        float* tile = Work + ((nint)n * 3 * Labels), d = tile + Labels, handed = d + Labels;
        float* columns = ColumnGradients + ((nint)n * Labels * Labels), ends = EndGradients + ((nint)n * Labels);
        Elementwise.Fill(columns, (nint)Labels * Labels, 0);
        nint row = (nint)Sequences.Row(length - 1, n);
        Elementwise.Add(After + (row * Labels), EndScores, d, Labels);
        Elementwise.ShiftedExp(d, d, Labels, last);
        Elementwise.Scale(d, d, Labels, _factor);
        Elementwise.Copy(d, ends, Labels);
        ends[Targets[row]] -= _factor;
        for (int t = length - 1; t > 0; t--)
        {
            nint earlier = Sequences.Row(t - 1, n);
            Write(row, d);
            Elementwise.Fill(handed, Labels, 0);
            for (int j = 0; j < Labels; j++)
            {
                // The share of each label before in the sum of the paths to j.
                float* column = columns + ((nint)j * Labels);
                Elementwise.Add(After + (earlier * Labels), Columns + ((nint)j * Labels), tile, Labels);
                Elementwise.ShiftedExp(tile, tile, Labels, Before[(row * Labels) + j]);
                Elementwise.Scale(tile, tile, Labels, d[j]);
                Elementwise.Accumulate(tile, handed, Labels);
                Elementwise.Accumulate(tile, column, Labels);
            }

            columns[((nint)Targets[row] * Labels) + Targets[earlier]] -= _factor;
            float* done = d;
            d = handed;
            handed = done;
            row = earlier;
        }

        Write(row, d);
        Elementwise.Copy(Gradient + (row * Labels), StartGradients + ((nint)n * Labels), Labels);
    }

    private void Write(nint row, float* d)
    {
        float* gradient = Gradient + (row * Labels);
        Elementwise.Copy(d, gradient, Labels);
        gradient[Targets[row]] -= _factor;
    }
}
