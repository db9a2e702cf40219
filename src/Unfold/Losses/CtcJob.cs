using Unfold.Autodiff;
using Unfold.Autodiff.Operations;
using Unfold.Layers;
using Unfold.Tensors;

namespace Unfold.Losses;

/// <summary>The forward and backward sums of connectionist temporal classification, in logarithms. The team shares the sequences; each depends on itself alone.</summary>
internal sealed unsafe class CtcJob : PlaneJob
{
    [ThreadStatic]
    private static CtcJob? _own;

    private PackedSequences _sequences = null!;
    private int[] _labels = [], _counts = [], _firstLabels = [], _firstStates = [];
    private long[] _firstSums = [];
    private double[] _factors = [], _losses = [];
    private float* _logits, _gradient;
    private double* _sums, _before, _after;
    private int _classes, _blank;
    private long _work;

    /// <summary>This thread's job.</summary>
    public static CtcJob Own => _own ??= new CtcJob();

    /// <summary>[N]: what each sequence's loss is multiplied by.</summary>
    public double[] Factors => _factors;

    /// <summary>[N], written: the losses before that.</summary>
    public double[] Losses => _losses;

    /// <summary>Takes sequences.</summary>
    /// <param name="tape">Has the memory for sums.</param>
    /// <param name="logits">[S, K].</param>
    /// <param name="gradient">[S, K], written; or none.</param>
    /// <param name="sequences">How the steps lie.</param>
    /// <param name="labels">All labels one behind the other.</param>
    /// <param name="counts">[N].</param>
    /// <param name="blank">The blank's number.</param>
    public void Set(Tape tape, Tensor logits, Tensor gradient, PackedSequences sequences, ReadOnlySpan<int> labels, ReadOnlySpan<int> counts, int blank)
    {
        int batch = counts.Length;
        if (_labels.Length < labels.Length)
            _labels = new int[labels.Length];
        if (_counts.Length < batch)
            (_counts, _firstLabels, _firstStates, _firstSums, _factors, _losses) = (new int[batch], new int[batch], new int[batch], new long[batch], new double[batch], new double[batch]);
        labels.CopyTo(_labels);
        counts.CopyTo(_counts);
        (int label, long sums, int states) = (0, 0, 0);
        for (int n = 0; n < batch; n++)
        {
            (_firstLabels[n], _firstStates[n], _firstSums[n]) = (label, states, sums);
            label += counts[n];
            sums += (long)sequences.Length(n) * States(n);
            states += States(n);
        }

        (_sequences, _classes, _blank, _work) = (sequences, logits.Shape[1], blank, 16 * sums);
        _logits = logits.Pointer;
        _gradient = gradient.HasValue ? gradient.Pointer : null;
        _sums = Doubles(tape, sums);
        _before = Doubles(tape, states);
        _after = Doubles(tape, states);
    }

    /// <summary>Does all sequences.</summary>
    public void Run() => Start(_sequences.Count, _work);

    /// <inheritdoc/>
    protected override void Planes(int first, int count)
    {
        for (int n = first; n < first + count; n++)
        {
            double all = Forward(n);
            _losses[n] = -all;
            if (_gradient is not null)
                Backward(n, all);
        }
    }

    private static double* Doubles(Tape tape, long count) => (double*)tape.Rent(new Shape(checked((int)(2 * count)))).Pointer;

    /// <summary>The blank before, between and behind the labels.</summary>
    private int States(int n) => (2 * _counts[n]) + 1;

    private int Label(int n, int state) => (state & 1) == 0 ? _blank : _labels[_firstLabels[n] + (state >> 1)];

    /// <summary>Whether the blank before a state can be left out: it is a label, and another than the one before.</summary>
    private bool MaySkip(int n, int state) => (state & 1) == 1 && state > 1 && Label(n, state) != Label(n, state - 2);

    /// <summary>The logarithm of the sum over all paths; <see cref="_sums"/> hold those of their beginnings, each state's own score among them.</summary>
    private double Forward(int n)
    {
        int length = _sequences.Length(n), states = States(n);
        double* sums = _sums + _firstSums[n];
        for (int t = 0; t < length; t++, sums += states)
        {
            float* row = _logits + ((nint)_sequences.Row(t, n) * _classes);
            double all = LogSum(row);
            for (int s = 0; s < states; s++)
            {
                double sum = t == 0
                    ? (s < 2 ? 0 : double.NegativeInfinity)
                    : LogSum(sums[s - states], s > 0 ? sums[s - 1 - states] : double.NegativeInfinity, MaySkip(n, s) ? sums[s - 2 - states] : double.NegativeInfinity);
                sums[s] = sum + row[Label(n, s)] - all;
            }
        }

        return LogSum(sums[-1], states > 1 ? sums[-2] : double.NegativeInfinity, double.NegativeInfinity);
    }

    /// <summary>The gradient: softmax, less the share of the paths in each state.</summary>
    private void Backward(int n, double all)
    {
        int length = _sequences.Length(n), states = States(n);
        double* now = _before + _firstStates[n], behind = _after + _firstStates[n];
        double factor = _factors[n];
        for (int t = length - 1; t >= 0; t--)
        {
            double* sums = _sums + _firstSums[n] + ((long)t * states);
            float* row = _logits + ((nint)_sequences.Row(t, n) * _classes), gradient = _gradient + ((nint)_sequences.Row(t, n) * _classes);
            double logSum = LogSum(row);
            for (int k = 0; k < _classes; k++)
                gradient[k] = (float)(factor * Math.Exp(row[k] - logSum));
            for (int s = 0; s < states; s++)
            {
                // The sum over what may still come behind this state, without its own score; then with it.
                double sum = t == length - 1
                    ? (s >= states - 2 ? 0 : double.NegativeInfinity)
                    : LogSum(behind[s], s + 1 < states ? behind[s + 1] : double.NegativeInfinity, s + 2 < states && MaySkip(n, s + 2) ? behind[s + 2] : double.NegativeInfinity);
                gradient[Label(n, s)] -= (float)(factor * Math.Exp(sums[s] + sum - all));
                now[s] = sum + row[Label(n, s)] - logSum;
            }

            double* done = now;
            now = behind;
            behind = done;
        }
    }

    private double LogSum(float* row)
    {
        float greatest = row[0];
        for (int k = 1; k < _classes; k++)
            greatest = Math.Max(greatest, row[k]);
        double sum = 0;
        for (int k = 0; k < _classes; k++)
            sum += Math.Exp(row[k] - (double)greatest);
        return greatest + Math.Log(sum);
    }

    private static double LogSum(double a, double b, double c)
    {
        double greatest = Math.Max(a, Math.Max(b, c));
        return double.IsNegativeInfinity(greatest) ? greatest : greatest + Math.Log(Math.Exp(a - greatest) + Math.Exp(b - greatest) + Math.Exp(c - greatest));
    }
}
