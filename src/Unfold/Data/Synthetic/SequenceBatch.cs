using Unfold.Tensors;

namespace Unfold.Data.Synthetic;

/// <summary>Sequences of a <see cref="SequenceProblem"/> side by side, with what is right about them. Filled again and again.</summary>
public sealed class SequenceBatch
{
    /// <summary>Makes room for sequences of a problem; all zeros.</summary>
    /// <param name="problem">The problem.</param>
    /// <param name="count">N, how many sequences; 1 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The count is below 1.</exception>
    public SequenceBatch(SequenceProblem problem, int count)
    {
        ArgumentNullException.ThrowIfNull(problem);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        Inputs = Tensor.Zeros(new Shape(problem.Steps, count, problem.InputSize));
        int answers = problem.Answer == SequenceAnswer.ClassOfEachStep ? problem.Steps * count : count;
        Numbers = Tensor.Zeros(new Shape(problem.Answer == SequenceAnswer.Number ? answers : 0, 1));
        Classes = new int[problem.Answer == SequenceAnswer.Number ? 0 : answers];
    }

    /// <summary>N, how many sequences there are.</summary>
    public int Count => Inputs.Shape[1];

    /// <summary>What is read: <c>[T, N, C]</c>.</summary>
    public Tensor Inputs { get; }

    /// <summary>The right numbers after the last step, <c>[N, 1]</c>; empty where the answer is a class.</summary>
    public Tensor Numbers { get; }

    /// <summary>The right classes: N after the last step, or T · N, step by step; empty where the answer is a number.</summary>
    public int[] Classes { get; }

    /// <summary>Writes a number into the input.</summary>
    internal void Set(int step, int sequence, int feature, float value) => Inputs.Span[(((step * Count) + sequence) * Inputs.Shape[2]) + feature] = value;
}
