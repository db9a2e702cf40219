using Unfold.Autodiff;
using Unfold.Kernels.Threading;
using Unfold.Tensors;

namespace Unfold.Tests.Losses;

/// <summary>Every loss with teams of different sizes, and what a step with it allocates.</summary>
[Collection(nameof(Team))]
public sealed class LossThreadsTests : IDisposable
{
    private const int Rows = 37, Classes = 1301;

    private readonly int _before = Team.Shared.Size;

    public static TheoryData<string> Names => [.. EveryLoss.Names];

    public void Dispose() => Team.SetSize(_before);

    [Theory]
    [MemberData(nameof(Names))]
    public void Loss_and_gradient_are_equal_to_the_bit_for_any_number_of_threads(string name)
    {
        EveryLoss losses = new(Rows, Classes);
        Tensor predictions = LossCase.Tensor(LossCase.Numbers(Rows * Classes, 3, 0.2), Rows, Classes);
        List<(float Loss, float[] Gradient)> results = [];
        foreach (int threads in new[] { 1, 2, 4 })
        {
            Team.SetSize(threads);
            Tape tape = new();
            Tensor x = tape.Watch(predictions);
            Tensor loss = losses.Forward(name, tape, x);
            tape.Backward(loss);
            results.Add((loss.Scalar, tape.Gradient(x).Values.ToArray()));
            Assert.Equal(loss.Scalar, losses.Forward(name, Tape.ForInference(), predictions).Scalar);
        }

        Assert.All(results, result => Assert.Equal(results[0].Loss, result.Loss));
        Assert.All(results, result => Assert.Equal(results[0].Gradient, result.Gradient));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void After_the_first_steps_nothing_is_allocated(string name)
    {
        EveryLoss losses = new(Rows, Classes);
        Tensor predictions = LossCase.Tensor(LossCase.Numbers(Rows * Classes, 3, 0.2), Rows, Classes);
        Tape tape = new();
        long least = long.MaxValue;
        for (int step = 0; step < 6; step++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            tape.Backward(losses.Forward(name, tape, tape.Watch(predictions)));
            tape.Reset();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }
}
