using Unfold.Autodiff;
using Unfold.Tensors;

namespace Unfold.Onnx.Import;

/// <summary>A function of each element on a tape, by the function and its derivative.</summary>
internal sealed class FunctionOperation : TapeOperation
{
    private static readonly FunctionOperation Instance = new();

    /// <summary>The values of a function; where a gradient is to go through, with its slopes.</summary>
    /// <param name="tape">The tape.</param>
    /// <param name="x">The arguments.</param>
    /// <param name="function">The function.</param>
    /// <param name="slope">Its derivative.</param>
    public static Tensor Of(Tape tape, Tensor x, Func<float, float> function, Func<float, float> slope)
    {
        Tensor y = tape.Rent(x.Shape);
        Fill(x, y, function);
        if (tape.Records(x))
        {
            Tensor slopes = tape.Rent(x.Shape);
            Fill(x, slopes, slope);
            tape.Record(new TapeEntry { Operation = Instance, Output = y, A = x, B = slopes });
        }

        return y;
    }

    /// <inheritdoc/>
    public override void Backward(Tape tape, in TapeEntry entry)
    {
        ReadOnlySpan<float> d = tape.Gradient(entry.Output).Values, slopes = entry.B.Values;
        Span<float> target = tape.GradientTarget(entry.A, out bool accumulate).Span;
        for (int i = 0; i < target.Length; i++)
            target[i] = (accumulate ? target[i] : 0) + (d[i] * slopes[i]);
    }

    private static void Fill(Tensor x, Tensor y, Func<float, float> function)
    {
        ReadOnlySpan<float> from = x.Values;
        Span<float> to = y.Span;
        for (int i = 0; i < to.Length; i++)
            to[i] = function(from[i]);
    }
}
