using Unfold.Autodiff;
using Unfold.Kernels.Threading;
using Unfold.Tensors;

namespace Unfold.Optimizers;

/// <summary>
/// An elementwise pass over parts of the flat buffers, shared by the team. No element depends on another, so any cut gives the same bits.
/// </summary>
internal abstract unsafe class FlatJob : TeamJob
{
    private const int LeastShared = 1 << 15;

    private List<(int Start, int Length)> _ranges = [];

    /// <summary>The flat buffer of values.</summary>
    protected float* Values { get; private set; }

    /// <summary>The flat buffer of gradients.</summary>
    protected float* Gradients { get; private set; }

    /// <summary>Runs over every trained element. Fields with other buffers are set beforehand and their owners kept.</summary>
    public void Run(ParameterSet parameters) => Run(parameters, parameters.TrainedRanges);

    /// <summary>Runs over every element of the ranges, whose starts and lengths are multiples of 16.</summary>
    public void Run(ParameterSet parameters, List<(int Start, int Length)> ranges)
    {
        _ranges = ranges;
        fixed (float* values = parameters.Values, gradients = parameters.Gradients)
        {
            Values = values;
            Gradients = gradients;
            Team.Shared.Run(this, parameters.Values.Length < LeastShared ? 1 : Team.Shared.Size);
        }
    }

    /// <inheritdoc/>
    protected internal sealed override void Execute(int part, int partCount)
    {
        for (int range = 0; range < _ranges.Count; range++)
        {
            (int start, int length) = _ranges[range];
            int blocks = length / HostStorage.Alignment;
            int first = start + (int)((long)blocks * part / partCount) * HostStorage.Alignment;
            int end = start + (int)((long)blocks * (part + 1) / partCount) * HostStorage.Alignment;
            if (end > first)
                Apply(range, first, end - first);
        }
    }

    /// <summary>
    /// Does the work for some elements of a range, named by its position in the list: <paramref name="first"/> and <paramref name="length"/> are
    /// multiples of 16.
    /// </summary>
    protected abstract void Apply(int range, int first, int length);
}
